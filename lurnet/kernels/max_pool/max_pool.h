/* Max-pooling and its gradient. */
#ifndef LURNET_MAX_POOL_H
#define LURNET_MAX_POOL_H

#include "common/kernel.h"

/* Largest values over windows: images (count, high, wide, channels), out (count, out_high, out_wide,
 * channels) and beside it `argmax`: which sample of its window, counted row by row, each of them is.
 * Its gradient goes the other way. */
struct pooling {
  float *images, *out;
  unsigned char *argmax; /* NULL where nobody asks */
  long count, high, wide, channels, out_high, out_wide;
  long window_high, window_wide, step_high, step_wide;
  long top, left; /* what lies outside before the first row and column is left out */
};

/* Pooling of images into outputs of these sizes: `moves` are window, strides, what is left out above and on
 * the left. No argmax where the buffer for it is empty. */
enum { POOL_MOVES = 6 };
struct pooling pooling_of(const int64_t *image, XLA_FFI_Buffer *out, XLA_FFI_Buffer *argmax,
                          const int64_t *moves);

/* Pools one image, which need not lie among the others. */
void pool_image(const struct pooling *, long number, const float *image);

/* Writes what an image's outputs give back, among zeros: rows of `row` floats. */
void unpool_image(const struct pooling *, long number, float *to, long row);

#endif
