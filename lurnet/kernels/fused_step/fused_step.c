/* One step of an optimizer for all weights at once. */
#include "common/kernel.h"

#define VECTORS "fused_step/fused_step_vectors.h"
#include "common/instruction_sets.h"

/* How an optimizer changes `count` numbers of a weight, and of what it holds for it: `from` are the weight,
 * its gradient and the slots, `to` the weight and the slots, which may be the same arrays. */
typedef void step_function(const float *numbers, const float *const *from, float *const *to, long count);

/* Of each step its number, name, how many numbers and slots it takes, and the multiply-adds that take as long
 * as one number of a weight, roughly. */
#define STEPS(STEP)                                                                                \
  STEP(0, sgd, 1, 0, 12)                                                                           \
  STEP(1, momentum, 2, 1, 18)                                                                      \
  STEP(2, nesterov, 2, 1, 18)                                                                      \
  STEP(3, adam, 4, 2, 24)                                                                          \
  STEP(4, rmsprop, 4, 1, 24)                                                                       \
  STEP(5, rmsprop_momentum, 5, 2, 24)
enum { MOST_NUMBERS = 5, MOST_SLOTS = 2 };

static const struct {
  int numbers, slots;
  double multiply_adds;
  step_function *wide, *narrow;
} steps[] = {
#define STEP(i, name, numbers, slots, cost) [i] = {numbers, slots, cost, wide_##name, narrow_##name},
    STEPS(STEP)
#undef STEP
};

#define STEP(i, name, numbers, slots, cost) STATE(step_##name, "step", #name, TEXT(numbers slots), i)
STEPS(STEP)
#undef STEP

/* Arrays of all weights stand one after another: from[k * weights + i] is array k of the weight i. */
struct fused_step {
  step_function *run;
  const float *numbers;
  const float *const *from;
  float *const *to;
  const long *ends; /* of each weight, counted in numbers of all before it and its own */
  long weights, slots;
};

enum { OF_TASK = 1 << 13 }; /* numbers of all weights together, so that small ones cost no task each */

static void step_task(const void *work, long task) {
  const struct fused_step *u = work;
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

/* The numbers of a step, all weights, all gradients, all of each slot; to all weights, all of each slot. */
CALL(fused_step) {
  int64_t kind = attribute(frame)[0];
  long count = steps[kind].numbers, slots = steps[kind].slots, weights = frame->rets.size / (slots + 1);
  float numbers[MOST_NUMBERS];
  for (long i = 0; i < count; i++) numbers[i] = *(const float *)argument(frame, i)->data;
  const float *from[(slots + 2) * weights];
  float *to[(slots + 1) * weights];
  long ends[weights], end = 0;
  for (long i = 0; i < (slots + 2) * weights; i++) from[i] = argument(frame, count + i)->data;
  for (long i = 0; i < (slots + 1) * weights; i++) to[i] = result(frame, i)->data;
  for (long i = 0; i < weights; i++) ends[i] = end += numbers_in(result(frame, i));
  step_function *run = lanes == 16 ? steps[kind].wide : steps[kind].narrow;
  struct fused_step u = {run, numbers, from, to, ends, weights, slots};
  struct job job = {step_task, &u, ceiling(end, OF_TASK)};
  share(frame, job, steps[kind].multiply_adds * end);
}

/* Nothing to zeros. */
CALL(zeros) {
  for (int64_t i = 0; i < frame->rets.size; i++)
    memset(result(frame, i)->data, 0, numbers_in(result(frame, i)) * sizeof(float));
}
