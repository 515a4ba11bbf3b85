/* Matrix products, and those with the transpose of either side. */
#include "common/panels.h"

#define VECTORS "matmul/matmul_vectors.h"
#include "common/instruction_sets.h"

/* out (rows, columns) = left @ right (depth, columns), where left is (rows, depth), or for a tall
 * product the transpose of (depth, rows) */
struct matmul {
  const float *left, *right;
  float *out;
  long rows, columns, depth;
};

enum { ROW_BLOCK = 48 }; /* a multiple of 6 and 8; with a panel of the right matrix it stays cached */

static long panels_of(long columns) { return ceiling(columns, 2 * lanes); }

static long matmul_tasks(const struct matmul *p) {
  return ceiling(p->rows, ROW_BLOCK) * panels_of(p->columns);
}

static void matmul_task(const void *work, long task) {
  const struct matmul *p = work;
  long panels = panels_of(p->columns), first = task % panels * 2 * lanes;
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

static void matmul_tn_task(const void *work, long task) {
  const struct matmul *p = work;
  long panels = panels_of(p->columns), first = task % panels * 2 * lanes;
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

/* to (columns, rows) = the transpose of from (rows, columns) */
struct transpose {
  const float *from;
  float *to;
  long rows, columns;
};

enum { BAND = 32 }; /* rows of a task: what it writes of a row are two lines of the cache */

static long transpose_tasks(const struct transpose *t) { return ceiling(t->rows, BAND); }

static void transpose_task(const void *work, long task) {
  const struct transpose *t = work;
  long begin = task * BAND, end = least(begin + BAND, t->rows), step = t->columns;
  for (long k = 0; k < step; k += 8)
    for (long row = begin; row < end; row += 8) {
      const float *from = t->from + row * step + k;
      float *to = t->to + k * t->rows + row;
      long rows = least(8, end - row), columns = least(8, step - k);
      if (rows == 8 && columns == 8) {
        BEST(transpose)(from, step, to, t->rows);
        continue;
      }
      for (long c = 0; c < columns; c++)
        for (long i = 0; i < rows; i++) to[c * t->rows + i] = from[i * step + c];
    }
}

/* ---- calls ---- */

/* One row would not fill a tile; by rows or by columns, it lies alike. */
static void multiply(XLA_FFI_CallFrame *frame, const struct matmul *p, enum order order) {
  if (p->rows == 1) {
    BEST(row)(p->left, p->right, p->depth, p->columns, p->out);
    return;
  }
  struct job job = {order == BY_ROWS ? matmul_task : matmul_tn_task, p, matmul_tasks(p)};
  share(frame, job, (double)p->rows * p->columns * p->depth);
}

static void matmul(XLA_FFI_CallFrame *frame, enum order order) {
  XLA_FFI_Buffer *left = argument(frame, 0), *right = argument(frame, 1);
  struct matmul p = {left->data, right->data, result(frame, 0)->data,
                     left->dims[order == BY_COLUMNS], right->dims[1], right->dims[0]};
  multiply(frame, &p, order);
}

/* (n, depth) and (depth, m) to (n, m). */
CALL(matmul) { matmul(frame, BY_ROWS); }

/* (depth, n) and (depth, m) to (n, m). */
CALL(matmul_tn) { matmul(frame, BY_COLUMNS); }

/* (n, depth) and (m, depth) to (n, m), and the second's transpose. */
CALL(matmul_nt) {
  XLA_FFI_Buffer *left = argument(frame, 0), *right = argument(frame, 1);
  struct transpose t = {right->data, result(frame, 1)->data, right->dims[0], right->dims[1]};
  struct matmul p = {left->data, t.to, result(frame, 0)->data, left->dims[0], t.rows, t.columns};
  struct job job = {transpose_task, &t, transpose_tasks(&t)};
  share(frame, job, 10.0 * t.rows * t.columns); /* a number takes as long as so many multiply-adds */
  multiply(frame, &p, BY_ROWS);
}
