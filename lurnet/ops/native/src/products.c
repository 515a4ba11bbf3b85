/* Matrix products. */
#include "panels.h"

enum { ROW_BLOCK = 48 }; /* a multiple of 6 and 8; with a panel of the right matrix it stays cached */

static long panels_of(long columns) { return ceiling(columns, 2 * chosen->lanes); }

long product_tasks(const struct product *p) {
  return ceiling(p->rows, ROW_BLOCK) * panels_of(p->columns);
}

void product_task(const void *work, long task) {
  const struct product *p = work;
  long panels = panels_of(p->columns), first = task % panels * 2 * chosen->lanes;
  long row = task / panels * ROW_BLOCK, end = least(row + ROW_BLOCK, p->rows);
  struct tile t = {.right_step = p->columns, .images = 1, .segments = 1, .depth = p->depth,
                   .out_step = p->columns};
  struct panel panel = panel_at(&t, p->right, p->columns, first);
  struct tile one = with_panel(t, &panel);
  for (long rows; row < end; row += rows) {
    rows = rows_of_tile(end - row);
    for (long i = 0; i < rows; i++) one.left[i] = p->left + (row + i) * p->depth;
    one.out = p->out + row * p->columns + first;
    run_tile(&one, BY_ROWS, rows, &panel);
  }
}

enum { DEPTH_BLOCK = 256 }; /* samples summed before the next tile, so that they stay cached */

void tall_task(const void *work, long task) {
  const struct product *p = work;
  long panels = panels_of(p->columns), first = task % panels * 2 * chosen->lanes;
  long begin = task / panels * ROW_BLOCK, end = least(begin + ROW_BLOCK, p->rows);
  for (long from = 0; from == 0 || from < p->depth; from += DEPTH_BLOCK) { /* no depth: zeros */
    struct tile t = {.left_step = p->rows, .right_step = p->columns, .images = 1, .segments = 1,
                     .depth = least(DEPTH_BLOCK, p->depth - from),
                     .out_step = p->columns, .start_step = p->columns};
    struct panel panel = panel_at(&t, p->right + from * p->columns, p->columns, first);
    struct tile one = with_panel(t, &panel);
    for (long row = begin, rows; row < end; row += rows) {
      rows = rows_of_tile(end - row);
      one.left[0] = p->left + from * p->rows + row;
      one.out = p->out + row * p->columns + first;
      one.start = from ? one.out : NULL;
      run_tile(&one, BY_COLUMNS, rows, &panel);
    }
  }
}

/* ---- the transpose of a matrix, for products with it ---- */

enum { BAND = 32 }; /* rows of a task: what it writes of a row are two lines of the cache */

long turn_tasks(const struct turn *t) { return ceiling(t->rows, BAND); }

void turn_task(const void *work, long task) {
  const struct turn *t = work;
  long begin = task * BAND, end = least(begin + BAND, t->rows), step = t->columns;
  for (long k = 0; k < step; k += 8)
    for (long row = begin; row < end; row += 8) {
      const float *from = t->from + row * step + k;
      float *to = t->to + k * t->rows + row;
      long rows = least(8, end - row), columns = least(8, step - k);
      if (rows == 8 && columns == 8) {
        chosen->turn(from, step, to, t->rows);
        continue;
      }
      for (long c = 0; c < columns; c++)
        for (long i = 0; i < rows; i++) to[c * t->rows + i] = from[i * step + c];
    }
}
