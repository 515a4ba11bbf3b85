/* The sum of all numbers, divided, and its gradient. */
#include "common/kernel.h"
#include "common/instruction_sets.h"

struct mean {
  const float *numbers;
  float *sums;
  long count, slices;
};

static void sum_task(const void *work, long slice) {
  const struct mean *t = work;
  long from = t->count * slice / t->slices, to = t->count * (slice + 1) / t->slices;
  t->sums[slice] = BEST(add)(t->numbers + from, to - from);
}

/* Numbers to their sum divided by `attribute`. */
CALL(mean) {
  XLA_FFI_Buffer *numbers = argument(frame, 0), *slices = result(frame, 1);
  struct mean t = {numbers->data, slices->data, numbers->dims[0], slices->dims[0]};
  struct job job = {sum_task, &t, t.slices};
  share(frame, job, PASS / 4 * t.count);
  float *out = result(frame, 0)->data;
  *out = BEST(add)(t.sums, t.slices) / (float)*attribute(frame);
}

/* A number to as many as asked for, each that number divided by `attribute`. */
CALL(mean_grad) {
  XLA_FFI_Buffer *out = result(frame, 0);
  float number = *(float *)argument(frame, 0)->data / (float)*attribute(frame), *to = out->data;
  for (int64_t i = 0; i < out->dims[0]; i++) to[i] = number;
}
