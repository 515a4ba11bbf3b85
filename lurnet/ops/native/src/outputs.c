/* What follows a sum of products, as calls of XLA's programs: bias and activation, dropout, losses, means. */
#include "outputs.h"

#include "frames.h"
#include "panels.h"

/* Rows in blocks, of as many numbers as stay in a core's first cache. */
struct blocks {
  void (*run)(const void *what, long from, long to);
  const void *what;
  long rows, rows_of_block;
};

enum { NUMBERS_OF_BLOCK = 4096 };

static void block_task(const void *work, long task) {
  const struct blocks *b = work;
  b->run(b->what, task * b->rows_of_block, least((task + 1) * b->rows_of_block, b->rows));
}

static void share_rows(XLA_FFI_CallFrame *frame, struct blocks b, long columns, double cost) {
  b.rows_of_block = columns < NUMBERS_OF_BLOCK ? NUMBERS_OF_BLOCK / (columns ? columns : 1) : 1;
  struct job job = {block_task, &b, (b.rows + b.rows_of_block - 1) / b.rows_of_block};
  share(frame, job, cost * b.rows * columns);
}

/* A number read and written takes about as long as so many multiply-adds of a product; with an
 * exponential or logarithm. */
static const double PASS = 25, POWER = 100;

static double cost_of(enum activation kind) { return kind == LINEAR || kind == RELU ? PASS : POWER; }

static void finish_rows(const void *what, long from, long to) { chosen->finish(what, from, to); }

/* Numbers and bias to f(numbers + bias). */
EXPORT XLA_FFI_Error *lurnet_finish(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  XLA_FFI_Buffer *x = argument(frame, 0), *bias = argument(frame, 1);
  struct finish f = {x->data, bias->dims[0] ? bias->data : NULL, result(frame, 0)->data, columns_of(x),
                     (enum activation)*attribute(frame)};
  share_rows(frame, (struct blocks){finish_rows, &f, rows_of(x)}, f.columns, cost_of(f.kind));
  return NULL;
}

/* ---- the gradient: by numbers, and summed over parts of the rows by the bias ---- */

struct unfinish_parts {
  struct unfinish what;
  float *sums; /* (parts, columns), or NULL if nobody asks */
  long rows, parts;
};

static void unfinish_task(const void *work, long part) {
  const struct unfinish_parts *u = work;
  float *sums = u->sums ? u->sums + part * u->what.columns : NULL;
  chosen->unfinish(&u->what, u->rows * part / u->parts, u->rows * (part + 1) / u->parts, sums);
}

/* The gradient by f(x + bias), and those values, to the gradients by x and bias. */
EXPORT XLA_FFI_Error *lurnet_unfinish(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  XLA_FFI_Buffer *gradient = argument(frame, 0), *y = argument(frame, 1);
  XLA_FFI_Buffer *bias = result(frame, 1), *parts = result(frame, 2);
  struct unfinish what = {gradient->data, y->data, result(frame, 0)->data, columns_of(y),
                          (enum activation)*attribute(frame)};
  float *sums = bias->dims[0] ? parts->data : NULL;
  struct unfinish_parts u = {what, sums, rows_of(y), parts->dims[0]};
  struct job job = {unfinish_task, &u, u.parts};
  share(frame, job, PASS * u.rows * what.columns);
  float *total = bias->data;
  for (long c = 0; sums && c < what.columns; c++) {
    total[c] = 0;
    for (long part = 0; part < u.parts; part++) total[c] += sums[part * what.columns + c];
  }
  return NULL;
}

/* ---- dropout ---- */

static void drop_numbers(const void *what, long from, long to) { chosen->drop(what, from, to); }

/* Numbers, key and rate to numbers of which some are dropped. */
EXPORT XLA_FFI_Error *lurnet_dropout(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  XLA_FFI_Buffer *x = argument(frame, 0);
  struct dropout d = {x->data, result(frame, 0)->data, argument(frame, 1)->data,
                      *(float *)argument(frame, 2)->data};
  share_rows(frame, (struct blocks){drop_numbers, &d, numbers_in(x)}, 1, POWER);
  return NULL;
}

/* ---- losses ---- */

static void distance_rows(const void *what, long from, long to) { chosen->distances(what, from, to); }

static void gradient_rows(const void *what, long from, long to) {
  chosen->distance_gradients(what, from, to);
}

/* XLA sorts attributes by name: `how`, then `least`. */
static float second_attribute(XLA_FFI_CallFrame *frame) {
  return *(float *)((XLA_FFI_Scalar *)frame->attrs.attrs[1])->value;
}

static struct distance distance(XLA_FFI_CallFrame *frame) {
  XLA_FFI_Buffer *output = argument(frame, 1);
  return (struct distance){.target = argument(frame, 0)->data, .output = output->data,
                           .out = result(frame, 0)->data, .columns = output->dims[1],
                           .epsilon = second_attribute(frame),
                           .kind = (enum distance_kind)*attribute(frame)};
}

/* Targets and outputs to one number a row. */
EXPORT XLA_FFI_Error *lurnet_distance(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  struct distance d = distance(frame);
  share_rows(frame, (struct blocks){distance_rows, &d, argument(frame, 1)->dims[0]}, d.columns, POWER);
  return NULL;
}

/* Targets, outputs and the gradient by those numbers to that by outputs. */
EXPORT XLA_FFI_Error *lurnet_distance_gradient(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  struct distance d = distance(frame);
  d.gradient = argument(frame, 2)->data;
  share_rows(frame, (struct blocks){gradient_rows, &d, argument(frame, 1)->dims[0]}, d.columns, POWER);
  return NULL;
}

/* ---- whether the largest output is the right one ---- */

/* Targets, numbers or shares of classes, and outputs to one number a row: 1 if right, else 0. */
EXPORT XLA_FFI_Error *lurnet_hits(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  XLA_FFI_Buffer *target = argument(frame, 0), *output = argument(frame, 1);
  const float *classes = target->data, *x = output->data;
  float *out = result(frame, 0)->data;
  long n = output->dims[1];
  for (long row = 0; row < output->dims[0]; row++, x += n) {
    float right = target->rank == 1 ? classes[row] : chosen->first_largest(classes + row * n, n);
    out[row] = chosen->first_largest(x, n) == right;
  }
  return NULL;
}

/* ---- the sum of all numbers, divided, and its gradient ---- */

struct total {
  const float *numbers;
  float *sums;
  long count, parts;
};

static void total_task(const void *work, long part) {
  const struct total *t = work;
  long from = t->count * part / t->parts, to = t->count * (part + 1) / t->parts;
  t->sums[part] = chosen->add(t->numbers + from, to - from);
}

/* Numbers to their sum divided by `attribute`. */
EXPORT XLA_FFI_Error *lurnet_total(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  XLA_FFI_Buffer *numbers = argument(frame, 0), *parts = result(frame, 1);
  struct total t = {numbers->data, parts->data, numbers->dims[0], parts->dims[0]};
  struct job job = {total_task, &t, t.parts};
  share(frame, job, PASS / 4 * t.count);
  float *out = result(frame, 0)->data;
  *out = chosen->add(t.sums, t.parts) / (float)*attribute(frame);
  return NULL;
}

/* A number to as many as asked for, each that number divided by `attribute`. */
EXPORT XLA_FFI_Error *lurnet_spread(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  XLA_FFI_Buffer *out = result(frame, 0);
  float number = *(float *)argument(frame, 0)->data / (float)*attribute(frame), *to = out->data;
  for (int64_t i = 0; i < out->dims[0]; i++) to[i] = number;
  return NULL;
}
