/* Convolutions, whose gradients are such sums again. */
#ifndef LURNET_CONV_H
#define LURNET_CONV_H

#include "common/kernel.h"
#include "max_pool/max_pool.h"

/* Images (count, high, wide, channels), out (count, out_high, out_wide, filters),
 * kernel (kernel_high, kernel_wide, channels, filters). */
struct conv {
  const float *images, *kernel; /* for the kernel's gradient, `kernel` is the gradient by output */
  float *out;
  long count, high, wide, channels;
  long out_high, out_wide, filters;
  long kernel_high, kernel_wide;
  long step_high, step_wide, gap_high; /* strides, and the dilation along the first axis */
  long top, left;                      /* zeros before the first row and column */
  float *slices;                       /* of the kernel's gradient: a kernel for each task, as many whatever
                                        * the number of threads, so that it rounds alike everywhere */
  long slice_count;
  /* Unless NULL, no more than its result is ever written: what is read, as images or as the
   * gradient by output, comes out of a pooling. */
  const struct pooling *pool;
};

/* `moves` are strides, the first axis' dilation, zeros above and on the left. */
enum { CONV_MOVES = 5 };
struct conv conv_of(const int64_t *image, const int64_t *out, const int64_t *kernel,
                    const int64_t *moves);

/* The outputs of all images; of one; the kernel's gradient, given the images and the slices of its sum. */
void conv_images(XLA_FFI_CallFrame *, const struct conv *);
void conv_image(const struct conv *, long image, float *out);
void conv_kernel_grad(XLA_FFI_CallFrame *, struct conv *, XLA_FFI_Buffer *slices);

double multiply_adds_of(const struct conv *);

#endif
