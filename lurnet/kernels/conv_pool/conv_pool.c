/* A convolution with the max-pooling after it, and its gradients: what lies between the two only ever stands
 * in this thread's memory. The attribute is the movement of both, then height and width between them. */
#include "common/panels.h"
#include "conv/conv.h"

static void conv_pool_task(const void *work, long image) {
  const struct conv *c = work;
  float *between = scratch(OUTPUT, c->out_high * c->out_wide * c->filters);
  struct conv plain = *c;
  plain.pool = NULL; /* the images themselves are plain ones */
  conv_image(&plain, image, between);
  pool_image(c->pool, image, between);
}

static const int64_t *between(XLA_FFI_CallFrame *frame) {
  return attribute(frame) + CONV_MOVES + POOL_MOVES;
}

/* Images and kernel to outputs' largest values and their argmax. */
CALL(conv_pool) {
  XLA_FFI_Buffer *images = argument(frame, 0), *kernel = argument(frame, 1);
  if (!numbers_in(result(frame, 0))) return;
  const int64_t *moves = attribute(frame), *size = between(frame);
  int64_t out[] = {images->dims[0], size[0], size[1], kernel->dims[3]};
  struct conv c = conv_of(images->dims, out, kernel->dims, moves);
  struct pooling p = pooling_of(out, result(frame, 0), result(frame, 1), moves + CONV_MOVES);
  c.images = images->data, c.kernel = kernel->data, c.pool = &p;
  struct job job = {conv_pool_task, &c, c.count};
  share(frame, job, multiply_adds_of(&c));
}

/* The gradient by pooled images, its argmax and a kernel to outputs: a convolution of those images' own
 * gradient. */
CALL(unpool_conv) {
  XLA_FFI_Buffer *pooled = argument(frame, 0), *kernel = argument(frame, 2), *out = result(frame, 0);
  if (!numbers_in(out)) return;
  const int64_t *moves = attribute(frame), *size = between(frame);
  int64_t images[] = {pooled->dims[0], size[0], size[1], pooled->dims[3]};
  struct conv c = conv_of(images, out->dims, kernel->dims, moves);
  struct pooling p = pooling_of(images, pooled, argument(frame, 1), moves + CONV_MOVES);
  c.kernel = kernel->data, c.out = out->data, c.pool = &p;
  conv_images(frame, &c);
}

/* Images, the gradient by pooled outputs and its argmax to that by the kernel. */
CALL(unpool_conv_kernel_grad) {
  XLA_FFI_Buffer *images = argument(frame, 0), *pooled = argument(frame, 1), *out = result(frame, 0);
  if (!numbers_in(out)) return;
  const int64_t *moves = attribute(frame), *size = between(frame);
  int64_t outputs[] = {images->dims[0], size[0], size[1], pooled->dims[3]};
  struct conv c = conv_of(images->dims, outputs, out->dims, moves);
  struct pooling p = pooling_of(outputs, pooled, argument(frame, 2), moves + CONV_MOVES);
  c.images = images->data, c.out = out->data, c.pool = &p;
  conv_kernel_grad(frame, &c, result(frame, 1));
}
