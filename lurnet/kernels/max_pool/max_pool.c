#include "max_pool/max_pool.h"

/* The part of a pooling window that lies inside the image: its first sample, which is the sample
 * `tap` of the whole window, and its size. */
struct window {
  long y, x, tap, high, wide;
};

static struct window window_at(const struct pooling *p, long row, long column) {
  long y = row * p->step_high - p->top, x = column * p->step_wide - p->left;
  long bottom = least(y + p->window_high, p->high), right = least(x + p->window_wide, p->wide);
  long inside_y = most(y, 0), inside_x = most(x, 0);
  long tap = (inside_y - y) * p->window_wide + inside_x - x;
  return (struct window){inside_y, inside_x, tap, bottom - inside_y, right - inside_x};
}

/* Where the first largest sample of a window is, of one channel; `first` is its first one. */
static void largest(const struct pooling *p, const struct window *w, const float *first,
                    long *best_y, long *best_x) {
  float best = *first;
  for (long y = 0; y < w->high; y++)
    for (long x = 0; x < w->wide; x++) {
      float value = first[(y * p->wide + x) * p->channels];
      if (value > best || value != value) best = value, *best_y = y, *best_x = x;
    }
}

#define VECTORS "max_pool/max_pool_vectors.h"
#include "common/instruction_sets.h"

struct pooling pooling_of(const int64_t *image, XLA_FFI_Buffer *out, XLA_FFI_Buffer *argmax,
                          const int64_t *moves) {
  return (struct pooling){
      NULL, out->data, argmax->dims[0] ? argmax->data : NULL, image[0], image[1], image[2], image[3],
      out->dims[1], out->dims[2], moves[0], moves[1], moves[2], moves[3], moves[4], moves[5]};
}

void pool_image(const struct pooling *p, long number, const float *image) {
  long first = number * p->out_high * p->out_wide * p->channels;
  BEST(pool)(p, image, p->out + first, p->argmax ? p->argmax + first : NULL);
}

void unpool_image(const struct pooling *p, long number, float *to, long row) {
  long first = number * p->out_high * p->out_wide * p->channels;
  BEST(unpool)(p, p->out + first, p->argmax + first, to, row);
}

static void pool_task(const void *work, long image) {
  const struct pooling *p = work;
  pool_image(p, image, p->images + image * p->high * p->wide * p->channels);
}

static void unpool_task(const void *work, long image) {
  const struct pooling *p = work;
  long row = p->wide * p->channels;
  float *to = p->images + image * p->high * row;
  memset(to, 0, p->high * row * sizeof(float));
  unpool_image(p, image, to, row);
}

static void each_image(XLA_FFI_CallFrame *frame, struct pooling p, XLA_FFI_Buffer *images,
                       void (*run)(const void *, long)) {
  p.images = images->data;
  struct job job = {run, &p, p.count};
  share(frame, job, 8.0 * p.count * p.high * p.wide * p.channels);
}

/* Images to largest values and their argmax. */
CALL(max_pool) {
  XLA_FFI_Buffer *images = argument(frame, 0);
  struct pooling p = pooling_of(images->dims, result(frame, 0), result(frame, 1), attribute(frame));
  each_image(frame, p, images, pool_task);
}

/* The gradient by the largest values, and their argmax, to that by the images. */
CALL(unpool) {
  XLA_FFI_Buffer *images = result(frame, 0);
  struct pooling p = pooling_of(images->dims, argument(frame, 0), argument(frame, 1), attribute(frame));
  each_image(frame, p, images, unpool_task);
}
