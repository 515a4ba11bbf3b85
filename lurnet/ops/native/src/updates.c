/* One step of an optimizer for all weights at once, as a call that XLA's programs make. */
#include <string.h>

#include "frames.h"
#include "panels.h"
#include "sums.h"

enum { OF_TASK = 1 << 13 }; /* numbers of all weights together, so that small ones cost no task each */

long update_tasks(const struct update *u) {
  return u->weights ? (u->ends[u->weights - 1] + OF_TASK - 1) / OF_TASK : 0;
}

void update_task(const void *work, long task) {
  const struct update *u = work;
  long start = task * OF_TASK, end = start + OF_TASK, first = 0;
  for (long i = 0; i < u->weights && first < end; first = u->ends[i++]) {
    long low = most(start, first), high = least(end, u->ends[i]);
    if (low >= high) continue;
    const float *from[MOST_SLOTS + 2];
    float *to[MOST_SLOTS + 1];
    for (long k = 0; k < u->slots + 2; k++) from[k] = u->from[k * u->weights + i] + (low - first);
    for (long k = 0; k < u->slots + 1; k++) to[k] = u->to[k * u->weights + i] + (low - first);
    u->run(u->numbers, from, to, high - low);
  }
}

static const struct {
  int numbers, slots;
  double multiply_adds; /* that take as long as one number of a weight, roughly */
} forms[UPDATES] = {{1, 0, 12}, {2, 1, 18}, {2, 1, 18}, {4, 2, 24}, {4, 1, 24}, {5, 2, 24}};

/* The numbers of a step, all weights, all gradients, all of each slot; to all weights, all of each slot. */
EXPORT XLA_FFI_Error *lurnet_update(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  int64_t kind = attribute(frame)[0];
  long count = forms[kind].numbers, slots = forms[kind].slots, weights = frame->rets.size / (slots + 1);
  float numbers[MOST_NUMBERS];
  for (long i = 0; i < count; i++) numbers[i] = *(const float *)argument(frame, i)->data;
  const float *from[(slots + 2) * weights];
  float *to[(slots + 1) * weights];
  long ends[weights], end = 0;
  for (long i = 0; i < (slots + 2) * weights; i++) from[i] = argument(frame, count + i)->data;
  for (long i = 0; i < (slots + 1) * weights; i++) to[i] = result(frame, i)->data;
  for (long i = 0; i < weights; i++) ends[i] = end += numbers_in(result(frame, i));
  struct update u = {chosen->updates[kind], numbers, from, to, ends, weights, slots};
  struct job job = {update_task, &u, update_tasks(&u)};
  share(frame, job, forms[kind].multiply_adds * end);
  return NULL;
}

/* Nothing to zeros. */
EXPORT XLA_FFI_Error *lurnet_zeros(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  for (int64_t i = 0; i < frame->rets.size; i++)
    memset(result(frame, i)->data, 0, numbers_in(result(frame, i)) * sizeof(float));
  return NULL;
}
