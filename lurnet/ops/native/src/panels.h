/* What products and convolutions share: a thread's memory, panels of a right matrix, tiles that run. */
#ifndef LURNET_PANELS_H
#define LURNET_PANELS_H

#include "sums.h"

static inline long least(long a, long b) { return a < b ? a : b; }
static inline long most(long a, long b) { return a > b ? a : b; }
static inline long ceiling(long a, long b) { return (a + b - 1) / b; }

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
static inline long rows_of_tile(long left) { return ceiling(left, ceiling(left, chosen->rows)); }

#endif
