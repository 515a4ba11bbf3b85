/* What products and convolutions share: a thread's memory, panels of a right matrix, tiles that run. */
#ifndef LURNET_PANELS_H
#define LURNET_PANELS_H

#include "kernel.h"

enum order { BY_ROWS, BY_COLUMNS }; /* how the left matrix is read: (rows, depth) or (depth, rows) */

enum { MOST_ROWS = 8, MOST_COLUMNS = 32 };

struct tile {
  const float *left[MOST_ROWS]; /* by rows: where each row starts; by columns: the first only */
  long left_step;               /* by columns: from one depth to the next */
  long left_segment;
  const float *right;
  long right_step, right_segment;
  long segments, depth;
  long images, left_image, right_image; /* all of that again, so many floats further on */
  const float *start; /* what the sums start from (rows, columns), or NULL for zeros */
  long start_step;
  float *out;
  long out_step;
};

typedef void tile_function(const struct tile *);

/* Memory of this thread, kept for the next call: fresh pages cost more than the sums. */
enum { PANEL, FIELD, OUTPUT, SCRATCHES };
float *scratch(int which, size_t floats);

/* Such memory in place of the thread's own, until NULL is given or another; tells what was before. */
struct room {
  float *memory[SCRATCHES];
  size_t sizes[SCRATCHES];
};
struct room *use_room(struct room *);

/* Columns of the right matrix that one tile takes. */
struct panel {
  const float *right;
  long step, segment, image, columns;
  int registers;
};

/* The panel from column `first` on. One that does not fill its registers is copied among zeros. */
struct panel panel_at(const struct tile *, const float *right, long columns, long first);
struct tile with_panel(struct tile, const struct panel *);
void run_tile(const struct tile *, enum order, long rows, const struct panel *);

/* How many of the rows that are left the next tile takes: all tiles about as many. */
long rows_of_tile(long left);

#endif
