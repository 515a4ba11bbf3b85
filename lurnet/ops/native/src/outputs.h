/* What follows a sum of products: bias and activation, dropout, losses, means. Rows of `columns` numbers. */
#ifndef LURNET_OUTPUTS_H
#define LURNET_OUTPUTS_H

#include <stdint.h>

enum activation { LINEAR, RELU, SIGMOID, TANH, SOFTMAX };

struct finish {
  const float *x, *bias; /* bias: NULL for none */
  float *y;
  long columns;
  enum activation kind;
};

/* The gradient by what was finished, from that by y. */
struct unfinish {
  const float *gradient, *y;
  float *out;
  long columns;
  enum activation kind;
};

/* A target is the number of a class, as a float; a share for each class; or a number for each output. */
enum distance_kind {
  CLASS, CLASS_LOGITS, SHARES, SHARES_LOGITS, BINARY, BINARY_LOGITS, SQUARED, ABSOLUTE
};

struct distance {
  const float *target, *output;
  const float *gradient; /* one number a row, for the gradient by output only */
  float *out;
  long columns;
  float epsilon; /* probabilities are kept so far from 0 and 1 */
  enum distance_kind kind;
};

/* Each number 0 with probability `rate`, else divided by 1 - rate; rates near 1 are rounded to it. */
struct dropout {
  const float *x;
  float *y;
  const uint32_t *key; /* two */
  float rate;
};

#endif
