/* Losses, a number for each row of outputs, and their gradient by the outputs. */
#include "common/kernel.h"

/* A target is the number of a class, as a float; a share for each class; or a number for each output. */
#define ROW_LOSSES SPARSE_CE, SPARSE_CE_LOGITS, DENSE_CE, DENSE_CE_LOGITS, BINARY_CE, BINARY_CE_LOGITS, MSE, MAE
enum row_loss { ROW_LOSSES };
STATE_ENUM(row_loss, ROW_LOSSES)

struct losses {
  const float *target, *output;
  const float *gradient; /* one number a row, for the gradient by output only */
  float *out;
  long columns;
  float epsilon; /* probabilities are kept so far from 0 and 1 */
  enum row_loss kind;
};

#define VECTORS "loss_rows/loss_rows_vectors.h"
#include "common/instruction_sets.h"

static void loss_of_rows(const void *what, long from, long to) { BEST(loss_rows)(what, from, to); }

static void grad_of_rows(const void *what, long from, long to) {
  BEST(loss_rows_grad)(what, from, to);
}

/* XLA sorts attributes by name: `how`, then `least`. */
static float second_attribute(XLA_FFI_CallFrame *frame) {
  return *(float *)((XLA_FFI_Scalar *)frame->attrs.attrs[1])->value;
}

static struct losses losses_of(XLA_FFI_CallFrame *frame) {
  XLA_FFI_Buffer *output = argument(frame, 1);
  return (struct losses){.target = argument(frame, 0)->data, .output = output->data,
                           .out = result(frame, 0)->data, .columns = output->dims[1],
                           .epsilon = second_attribute(frame),
                           .kind = (enum row_loss)*attribute(frame)};
}

/* Targets and outputs to one number a row. */
CALL(loss_rows) {
  struct losses d = losses_of(frame);
  share_rows(frame, (struct blocks){loss_of_rows, &d, argument(frame, 1)->dims[0]}, d.columns, POWER);
}

/* Targets, outputs and the gradient by those numbers to that by outputs. */
CALL(loss_rows_grad) {
  struct losses d = losses_of(frame);
  d.gradient = argument(frame, 2)->data;
  share_rows(frame, (struct blocks){grad_of_rows, &d, argument(frame, 1)->dims[0]}, d.columns, POWER);
}

/* ---- whether the largest output is the right one ---- */

/* Targets, numbers or shares of classes, and outputs to one number a row: 1 if right, else 0. */
CALL(top1_match) {
  XLA_FFI_Buffer *target = argument(frame, 0), *output = argument(frame, 1);
  const float *classes = target->data, *x = output->data;
  float *out = result(frame, 0)->data;
  long n = output->dims[1];
  for (long row = 0; row < output->dims[0]; row++, x += n) {
    float right = target->rank == 1 ? classes[row] : BEST(argmax)(classes + row * n, n);
    out[row] = BEST(argmax)(x, n) == right;
  }
}
