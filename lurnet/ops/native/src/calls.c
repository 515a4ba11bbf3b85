/* The sums as calls that XLA's programs on a CPU make. */
#include <string.h>

#include "frames.h"
#include "sums.h"

EXPORT int lurnet_lanes(int most) {
  const struct kernels *found = choose_kernels(most);
  return found ? found->lanes : 0;
}

/* One row would not fill a tile; by rows or by columns, it lies alike. */
static void multiply(XLA_FFI_CallFrame *frame, const struct product *p, enum order order) {
  if (p->rows == 1) {
    chosen->row(p->left, p->right, p->depth, p->columns, p->out);
    return;
  }
  struct job job = {order == BY_ROWS ? product_task : tall_task, p, product_tasks(p)};
  share(frame, job, (double)p->rows * p->columns * p->depth);
}

static XLA_FFI_Error *product(XLA_FFI_CallFrame *frame, enum order order) {
  if (described(frame)) return NULL;
  XLA_FFI_Buffer *left = argument(frame, 0), *right = argument(frame, 1);
  struct product p = {left->data, right->data, result(frame, 0)->data,
                      left->dims[order == BY_COLUMNS], right->dims[1], right->dims[0]};
  multiply(frame, &p, order);
  return NULL;
}

EXPORT XLA_FFI_Error *lurnet_product(XLA_FFI_CallFrame *frame) { return product(frame, BY_ROWS); }
EXPORT XLA_FFI_Error *lurnet_tall(XLA_FFI_CallFrame *frame) { return product(frame, BY_COLUMNS); }

/* (n, depth) and (m, depth) to (n, m), and the second's transpose. */
EXPORT XLA_FFI_Error *lurnet_turned(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  XLA_FFI_Buffer *left = argument(frame, 0), *right = argument(frame, 1);
  struct turn t = {right->data, result(frame, 1)->data, right->dims[0], right->dims[1]};
  struct product p = {left->data, t.to, result(frame, 0)->data, left->dims[0], t.rows, t.columns};
  struct job turn = {turn_task, &t, turn_tasks(&t)};
  share(frame, turn, 10.0 * t.rows * t.columns); /* a number takes as long as so many multiply-adds */
  multiply(frame, &p, BY_ROWS);
  return NULL;
}

/* Pooling of images into outputs of these sizes: `moves` are window, strides, what is left out above
 * and on the left. No places where the buffer for them is empty. */
static struct pooling pooling(const int64_t *image, XLA_FFI_Buffer *out, XLA_FFI_Buffer *places,
                              const int64_t *moves) {
  return (struct pooling){
      NULL, out->data, places->dims[0] ? places->data : NULL, image[0], image[1], image[2], image[3],
      out->dims[1], out->dims[2], moves[0], moves[1], moves[2], moves[3], moves[4], moves[5]};
}

/* `moves` are strides, the first axis' dilation, zeros above and on the left. */
static struct convolution convolution(const int64_t *image, const int64_t *out,
                                      const int64_t *kernel, const int64_t *moves) {
  return (struct convolution){
      .count = image[0], .high = image[1], .wide = image[2], .channels = image[3],
      .out_high = out[1], .out_wide = out[2], .filters = out[3],
      .kernel_high = kernel[0], .kernel_wide = kernel[1],
      .step_high = moves[0], .step_wide = moves[1], .gap_high = moves[2],
      .top = moves[3], .left = moves[4]};
}

enum { CONVOLUTION_MOVES = 5, POOLING_MOVES = 6 }; /* after both: height and width between them */

static double multiply_adds(const struct convolution *c) {
  return (double)c->count * c->out_high * c->out_wide * c->filters * c->kernel_high *
         c->kernel_wide * c->channels;
}

/* Images and kernel to outputs. */
EXPORT XLA_FFI_Error *lurnet_convolution(XLA_FFI_CallFrame *frame) {
  if (described(frame) || !numbers_in(result(frame, 0))) return NULL;
  XLA_FFI_Buffer *images = argument(frame, 0), *kernel = argument(frame, 1);
  struct convolution c = convolution(images->dims, result(frame, 0)->dims, kernel->dims,
                                     attribute(frame));
  c.images = images->data, c.kernel = kernel->data, c.out = result(frame, 0)->data;
  struct job job = {convolution_task, &c, convolution_tasks(&c)};
  share(frame, job, multiply_adds(&c));
  return NULL;
}

/* Images and kernel to outputs' largest values and their places. */
EXPORT XLA_FFI_Error *lurnet_convolution_pooled(XLA_FFI_CallFrame *frame) {
  if (described(frame) || !numbers_in(result(frame, 0))) return NULL;
  XLA_FFI_Buffer *images = argument(frame, 0), *kernel = argument(frame, 1);
  const int64_t *moves = attribute(frame), *between = moves + CONVOLUTION_MOVES + POOLING_MOVES;
  int64_t out[] = {images->dims[0], between[0], between[1], kernel->dims[3]};
  struct convolution c = convolution(images->dims, out, kernel->dims, moves);
  struct pooling p = pooling(out, result(frame, 0), result(frame, 1), moves + CONVOLUTION_MOVES);
  c.images = images->data, c.kernel = kernel->data, c.pool = &p;
  struct job job = {convolution_pooled_task, &c, c.count};
  share(frame, job, multiply_adds(&c));
  return NULL;
}

/* The gradient by pooled images, its places and a kernel to outputs: a convolution of those images'
 * own gradient. */
EXPORT XLA_FFI_Error *lurnet_unpooled_convolution(XLA_FFI_CallFrame *frame) {
  if (described(frame) || !numbers_in(result(frame, 0))) return NULL;
  XLA_FFI_Buffer *pooled = argument(frame, 0), *kernel = argument(frame, 2);
  const int64_t *moves = attribute(frame), *between = moves + CONVOLUTION_MOVES + POOLING_MOVES;
  int64_t images[] = {pooled->dims[0], between[0], between[1], pooled->dims[3]};
  struct convolution c = convolution(images, result(frame, 0)->dims, kernel->dims, moves);
  struct pooling p = pooling(images, pooled, argument(frame, 1), moves + CONVOLUTION_MOVES);
  c.kernel = kernel->data, c.out = result(frame, 0)->data, c.pool = &p;
  struct job job = {convolution_task, &c, convolution_tasks(&c)};
  share(frame, job, multiply_adds(&c));
  return NULL;
}

static XLA_FFI_Error *sum_up(XLA_FFI_CallFrame *frame, struct convolution *c) {
  XLA_FFI_Buffer *parts = result(frame, 1);
  if (!c->count || !c->out_high || !c->out_wide) { /* a sum of nothing */
    memset(result(frame, 0)->data, 0, numbers_in(result(frame, 0)) * sizeof(float));
    return NULL;
  }
  c->images = argument(frame, 0)->data, c->out = result(frame, 0)->data;
  c->parts = parts->data, c->part_count = parts->dims[0];
  struct job job = {gradient_task, c, c->part_count};
  share(frame, job, multiply_adds(c));
  add_parts(c);
  return NULL;
}

/* Images and the gradient by outputs to that by the kernel. */
EXPORT XLA_FFI_Error *lurnet_kernel_gradient(XLA_FFI_CallFrame *frame) {
  if (described(frame) || !numbers_in(result(frame, 0))) return NULL;
  struct convolution c = convolution(argument(frame, 0)->dims, argument(frame, 1)->dims,
                                     result(frame, 0)->dims, attribute(frame));
  c.kernel = argument(frame, 1)->data;
  return sum_up(frame, &c);
}

/* The same, given the gradient by pooled outputs and its places. */
EXPORT XLA_FFI_Error *lurnet_unpooled_kernel_gradient(XLA_FFI_CallFrame *frame) {
  if (described(frame) || !numbers_in(result(frame, 0))) return NULL;
  XLA_FFI_Buffer *images = argument(frame, 0), *pooled = argument(frame, 1);
  const int64_t *moves = attribute(frame), *between = moves + CONVOLUTION_MOVES + POOLING_MOVES;
  int64_t out[] = {images->dims[0], between[0], between[1], pooled->dims[3]};
  struct convolution c = convolution(images->dims, out, result(frame, 0)->dims, moves);
  struct pooling p = pooling(out, pooled, argument(frame, 2), moves + CONVOLUTION_MOVES);
  c.pool = &p;
  return sum_up(frame, &c);
}

static XLA_FFI_Error *pool(XLA_FFI_CallFrame *frame, struct pooling p, XLA_FFI_Buffer *images,
                           void (*run)(const void *, long)) {
  p.images = images->data;
  struct job job = {run, &p, p.count};
  share(frame, job, 8.0 * p.count * p.high * p.wide * p.channels);
  return NULL;
}

/* Images to largest values and their places. */
EXPORT XLA_FFI_Error *lurnet_max_pool(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  XLA_FFI_Buffer *images = argument(frame, 0);
  struct pooling p = pooling(images->dims, result(frame, 0), result(frame, 1), attribute(frame));
  return pool(frame, p, images, pooling_task);
}

/* The gradient by the largest values, and their places, to that by the images. */
EXPORT XLA_FFI_Error *lurnet_max_pool_gradient(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  XLA_FFI_Buffer *images = result(frame, 0);
  struct pooling p = pooling(images->dims, argument(frame, 0), argument(frame, 1), attribute(frame));
  return pool(frame, p, images, pooling_gradient_task);
}

static long size_of(XLA_FFI_DataType type) {
  switch (type) {
    case XLA_FFI_DataType_PRED: case XLA_FFI_DataType_S8: case XLA_FFI_DataType_U8: return 1;
    case XLA_FFI_DataType_S16: case XLA_FFI_DataType_U16: case XLA_FFI_DataType_F16: return 2;
    case XLA_FFI_DataType_BF16: return 2;
    case XLA_FFI_DataType_S64: case XLA_FFI_DataType_U64: case XLA_FFI_DataType_F64: return 8;
    default: return 4;
  }
}

/* Rows of an array that lies outside: its address in two halves, and how many rows it has. */
struct rows {
  const char *from;
  char *to;
  const int32_t *index;
  long count, bytes, last;
};

enum { ROWS_OF_TASK = 16 };

static void rows_task(const void *work, long task) {
  const struct rows *r = work;
  long end = (task + 1) * ROWS_OF_TASK;
  for (long i = task * ROWS_OF_TASK; i < end && i < r->count; i++) {
    long row = r->index[i];
    row = row < 0 ? 0 : row > r->last ? r->last : row;
    if (r->last < 0)
      memset(r->to + i * r->bytes, 0, r->bytes); /* there is none */
    else
      memcpy(r->to + i * r->bytes, r->from + row * r->bytes, r->bytes);
  }
}

EXPORT XLA_FFI_Error *lurnet_rows(XLA_FFI_CallFrame *frame) {
  if (described(frame)) return NULL;
  const uint32_t *outside = argument(frame, 0)->data;
  XLA_FFI_Buffer *index = argument(frame, 1), *out = result(frame, 0);
  long bytes = size_of(out->dtype);
  for (int64_t axis = 1; axis < out->rank; axis++) bytes *= out->dims[axis];
  struct rows r = {(const char *)(((uint64_t)outside[1] << 32) | outside[0]), out->data,
                   index->data, index->dims[0], bytes, (long)outside[2] - 1};
  struct job job = {rows_task, &r, (r.count + ROWS_OF_TASK - 1) / ROWS_OF_TASK};
  share(frame, job, 4.0 * r.count * bytes); /* a byte takes about as long as four of the others */
  return NULL;
}
