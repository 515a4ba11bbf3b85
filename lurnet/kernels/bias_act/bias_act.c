/* What follows a sum of products: a bias and an activation, and their gradient. Rows of `columns` numbers. */
#include "common/kernel.h"

#define ACTIVATIONS LINEAR, RELU, SIGMOID, TANH, SOFTMAX
enum activation { ACTIVATIONS };
STATE_ENUM(activation, ACTIVATIONS)

struct bias_act {
  const float *x, *bias; /* bias: NULL for none */
  float *y;
  long columns;
  enum activation kind;
};

/* The gradient by the numbers and the bias, from that by y. */
struct bias_act_grad {
  const float *gradient, *y;
  float *out;
  long columns;
  enum activation kind;
};

#define VECTORS "bias_act/bias_act_vectors.h"
#include "common/instruction_sets.h"

static double cost_of(enum activation kind) { return kind == LINEAR || kind == RELU ? PASS : POWER; }

static void bias_act_rows(const void *what, long from, long to) { BEST(bias_act)(what, from, to); }

/* Numbers and bias to f(numbers + bias). */
CALL(bias_act) {
  XLA_FFI_Buffer *x = argument(frame, 0), *bias = argument(frame, 1);
  struct bias_act f = {x->data, bias->dims[0] ? bias->data : NULL, result(frame, 0)->data, columns_of(x),
                     (enum activation)*attribute(frame)};
  share_rows(frame, (struct blocks){bias_act_rows, &f, rows_of(x)}, f.columns, cost_of(f.kind));
}

/* ---- the gradient: by numbers, and summed over slices of the rows by the bias ---- */

struct bias_act_grad_slices {
  struct bias_act_grad what;
  float *sums; /* (slices, columns), or NULL if nobody asks */
  long rows, slices;
};

static void bias_act_grad_task(const void *work, long slice) {
  const struct bias_act_grad_slices *u = work;
  float *sums = u->sums ? u->sums + slice * u->what.columns : NULL;
  BEST(bias_act_grad)(&u->what, u->rows * slice / u->slices, u->rows * (slice + 1) / u->slices, sums);
}

/* The gradient by f(x + bias), and those values, to the gradients by x and bias. */
CALL(bias_act_grad) {
  XLA_FFI_Buffer *gradient = argument(frame, 0), *y = argument(frame, 1);
  XLA_FFI_Buffer *bias = result(frame, 1), *slices = result(frame, 2);
  struct bias_act_grad what = {gradient->data, y->data, result(frame, 0)->data, columns_of(y),
                          (enum activation)*attribute(frame)};
  float *sums = bias->dims[0] ? slices->data : NULL;
  struct bias_act_grad_slices u = {what, sums, rows_of(y), slices->dims[0]};
  struct job job = {bias_act_grad_task, &u, u.slices};
  share(frame, job, PASS * u.rows * what.columns);
  float *total = bias->data;
  for (long c = 0; sums && c < what.columns; c++) {
    total[c] = 0;
    for (long slice = 0; slice < u.slices; slice++) total[c] += sums[slice * what.columns + c];
  }
}
