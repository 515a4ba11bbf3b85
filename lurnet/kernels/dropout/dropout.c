/* Dropout by a hash of each number's place, that of op.py. */
#include "common/kernel.h"

/* Each number 0 with probability `rate`, else divided by 1 - rate; rates near 1 are rounded to it. */
struct dropout {
  const float *x;
  float *y;
  const uint32_t *key; /* two */
  float rate;
};

#define VECTORS "dropout/dropout_vectors.h"
#include "common/instruction_sets.h"

static void drop_numbers(const void *what, long from, long to) { BEST(drop)(what, from, to); }

/* Numbers, key and rate to numbers of which some are dropped. */
CALL(dropout) {
  XLA_FFI_Buffer *x = argument(frame, 0);
  struct dropout d = {x->data, result(frame, 0)->data, argument(frame, 1)->data,
                      *(float *)argument(frame, 2)->data};
  share_rows(frame, (struct blocks){drop_numbers, &d, numbers_in(x)}, 1, POWER);
}
