#include "conv/conv.h"

#include "common/panels.h"

#define VECTORS "conv/conv_vectors.h"
#include "common/instruction_sets.h"

/* Rows of one image from `first` on, among the zeros around it. */
struct field {
  const float *data;
  long row; /* from one row to the next */
};

static long padded_row(const struct conv *c) {
  return ((c->out_wide - 1) * c->step_wide + c->kernel_wide) * c->channels;
}

/* How many rows of an image so many rows of the output look at. */
static long reach(const struct conv *c, long rows) {
  return (rows - 1) * c->step_high + (c->kernel_high - 1) * c->gap_high + 1;
}

/* Writes `count` rows of an image and the zeros around it. */
static void pad(const struct conv *c, const float *image, long first, long count, float *to) {
  long whole = padded_row(c), row = c->wide * c->channels;
  long before = least(c->left * c->channels, whole), taken = least(row, whole - before);
  for (long y = first - c->top; y < first - c->top + count; y++, to += whole) {
    if (y < 0 || y >= c->high) {
      memset(to, 0, whole * sizeof(float));
      continue;
    }
    memset(to, 0, before * sizeof(float));
    memcpy(to + before, image + y * row, taken * sizeof(float));
    memset(to + before + taken, 0, (whole - before - taken) * sizeof(float));
  }
}

/* Whether no zeros are needed around rows of an image. */
static int inside(const struct conv *c, long first, long count) {
  return !c->pool && first >= c->top && first - c->top + count <= c->high && c->left == 0 &&
         padded_row(c) <= c->wide * c->channels;
}

static struct field rows_of_image(const struct conv *c, long image, long first, long count) {
  const float *from = c->images + image * c->high * c->wide * c->channels;
  long row = c->wide * c->channels, whole = padded_row(c);
  if (inside(c, first, count)) return (struct field){from + (first - c->top) * row, row};
  float *to = scratch(FIELD, count * whole);
  if (c->pool) {
    memset(to, 0, count * whole * sizeof(float));
    unpool_image(c->pool, image, to + c->top * whole + c->left * c->channels, whole);
  } else {
    pad(c, from, first, count, to);
  }
  return (struct field){to, whole};
}

enum { WORK = 1 << 20 }; /* multiply-adds of a task */

/* Rows of the output that a task takes: some work, but not more than an image. */
static long band(const struct conv *c) {
  if (c->pool) return c->out_high;
  long each = most(1, c->out_wide * c->filters * c->kernel_high * c->kernel_wide * c->channels);
  return ceiling(c->out_high, ceiling(c->out_high, least(c->out_high, ceiling(WORK, each))));
}

static long conv_tasks(const struct conv *c) {
  return c->count * ceiling(c->out_high, band(c));
}

enum { FEW = 4 }; /* filters up to which a register had better hold what a window multiplies */

static int has_few_filters(const struct conv *c) {
  return c->filters <= FEW && c->kernel_wide * c->channels >= lanes;
}

static void convolve_few(const struct conv *c, const struct field *f, long rows, float *out) {
  long depth = c->kernel_wide * c->channels, size = c->kernel_high * depth;
  float *kernel = scratch(PANEL, c->filters * size);
  for (long i = 0; i < size; i++)
    for (long j = 0; j < c->filters; j++) kernel[j * size + i] = c->kernel[i * c->filters + j];
  for (long y = 0; y < rows; y++)
    for (long x = 0; x < c->out_wide; x++, out += c->filters)
      BEST(dots)(f->data + y * c->step_high * f->row + x * c->step_wide * c->channels,
                   c->gap_high * f->row, kernel, c->filters, c->kernel_high, depth, out);
}

static void convolve(const struct conv *c, const struct field *f, long rows, float *out) {
  if (has_few_filters(c)) {
    convolve_few(c, f, rows, out);
    return;
  }
  long across = c->step_wide * c->channels, down = c->step_high * f->row;
  long places = rows * c->out_wide, depth = c->kernel_wide * c->channels;
  struct tile t = {.left_segment = c->gap_high * f->row, .right_step = c->filters,
                   .right_segment = depth * c->filters, .images = 1, .segments = c->kernel_high,
                   .depth = depth, .out_step = c->filters};
  for (long first = 0; first < c->filters; first += 2 * lanes) {
    struct panel panel = panel_at(&t, c->kernel, c->filters, first);
    struct tile one = with_panel(t, &panel);
    const float *line = f->data; /* where the windows of a row of outputs begin */
    for (long place = 0, x = 0, taken; place < places; place += taken) {
      taken = rows_of_tile(places - place);
      for (long i = 0; i < taken; i++) {
        one.left[i] = line + x * across;
        if (++x == c->out_wide) x = 0, line += down;
      }
      one.out = out + place * c->filters + first;
      run_tile(&one, BY_ROWS, taken, &panel);
    }
  }
}

static void conv_task(const void *work, long task) {
  const struct conv *c = work;
  long bands = ceiling(c->out_high, band(c)), image = task / bands;
  long row = task % bands * band(c), rows = least(band(c), c->out_high - row);
  struct field f = rows_of_image(c, image, row * c->step_high, reach(c, rows));
  convolve(c, &f, rows, c->out + (image * c->out_high + row) * c->out_wide * c->filters);
}

void conv_image(const struct conv *c, long image, float *out) {
  struct field f = rows_of_image(c, image, 0, reach(c, c->out_high));
  convolve(c, &f, c->out_high, out);
}

/* ---- the gradient by the kernel ---- */

enum { CACHED = 1 << 16 }; /* floats of images that one pass over the kernel takes together */

/* Images from `first` on, and the gradients by their outputs: so many floats from one to the next. */
struct group {
  const float *x, *y;
  long row, x_image, y_image;
};

static struct group group_at(const struct conv *c, long first, long count) {
  long high = reach(c, c->out_high), whole = padded_row(c), size = c->high * c->wide * c->channels;
  long y_row = c->out_wide * c->filters, y_size = c->out_high * y_row;
  struct conv plain = *c;
  plain.pool = NULL;
  struct group g = {c->images + first * size, c->kernel + first * y_size,
                    c->wide * c->channels, size, y_size};
  if (!inside(&plain, 0, high)) {
    float *to = scratch(FIELD, count * high * whole);
    for (long n = 0; n < count; n++)
      pad(c, g.x + n * size, 0, high, to + n * high * whole);
    g.x = to, g.row = whole, g.x_image = high * whole;
  }
  if (c->pool) {
    float *to = scratch(OUTPUT, count * y_size);
    memset(to, 0, count * y_size * sizeof(float));
    for (long n = 0; n < count; n++) unpool_image(c->pool, first + n, to + n * y_size, y_row);
    g.y = to;
  }
  return g;
}

/* The same sums with both sides exchanged: filters are the rows of a tile. */
static void group_gradient_few(const struct conv *c, const struct group *g, long count,
                               float *out, int add) {
  long columns = c->kernel_wide * c->channels, width = 2 * lanes;
  float sums[FEW * MOST_COLUMNS];
  struct tile t = {.left = {g->y}, .left_step = c->filters,
                   .left_segment = c->out_wide * c->filters, .left_image = g->y_image,
                   .right_step = c->step_wide * c->channels, .right_segment = c->step_high * g->row,
                   .right_image = g->x_image, .images = count, .segments = c->out_high,
                   .depth = c->out_wide, .out = sums, .out_step = MOST_COLUMNS};
  for (long tap = 0; tap < c->kernel_high; tap++)
    for (long first = 0; first < columns; first += width) {
      struct panel panel = panel_at(&t, g->x + tap * c->gap_high * g->row, columns, first);
      struct tile one = with_panel(t, &panel);
      run_tile(&one, BY_COLUMNS, c->filters, &panel);
      float *to = out + (tap * columns + first) * c->filters;
      for (long i = 0; i < panel.columns; i++)
        for (long f = 0; f < c->filters; f++, to++)
          *to = (add ? *to : 0) + sums[f * MOST_COLUMNS + i];
    }
}

static void group_gradient(const struct conv *c, long begin, long count, float *out,
                           int add) {
  struct group g = group_at(c, begin, count);
  if (has_few_filters(c)) {
    group_gradient_few(c, &g, count, out, add);
    return;
  }
  long rows = c->kernel_wide * c->channels;
  struct tile t = {.left_step = c->step_wide * c->channels, .left_segment = c->step_high * g.row,
                   .left_image = g.x_image, .right_step = c->filters,
                   .right_segment = c->out_wide * c->filters, .right_image = g.y_image,
                   .images = count, .segments = c->out_high, .depth = c->out_wide,
                   .out_step = c->filters, .start_step = c->filters};
  for (long first = 0; first < c->filters; first += 2 * lanes) {
    struct panel panel = panel_at(&t, g.y, c->filters, first);
    struct tile one = with_panel(t, &panel);
    for (long tap = 0; tap < c->kernel_high; tap++)
      for (long row = 0, taken; row < rows; row += taken) {
        taken = rows_of_tile(rows - row);
        one.left[0] = g.x + tap * c->gap_high * g.row + row;
        one.out = out + (tap * rows + row) * c->filters + first;
        one.start = add ? one.out : NULL;
        run_tile(&one, BY_COLUMNS, taken, &panel);
      }
  }
}

static long kernel_size(const struct conv *c) {
  return c->kernel_high * c->kernel_wide * c->channels * c->filters;
}

static void grad_task(const void *work, long task) {
  const struct conv *c = work;
  long first = task * c->count / c->slice_count, end = (task + 1) * c->count / c->slice_count;
  long each = reach(c, c->out_high) * padded_row(c) + c->out_high * c->out_wide * c->filters;
  long together = most(1, CACHED / most(1, each));
  for (long image = first, taken; image < end; image += taken) {
    taken = least(together, end - image);
    group_gradient(c, image, taken, c->slices + task * kernel_size(c), image > first);
  }
}

static void add_slices(const struct conv *c) {
  long size = kernel_size(c);
  for (long i = 0; i < size; i++) {
    float sum = c->slices[i];
    for (long n = 1; n < c->slice_count; n++) sum += c->slices[n * size + i];
    c->out[i] = sum;
  }
}

/* ---- calls ---- */

struct conv conv_of(const int64_t *image, const int64_t *out, const int64_t *kernel,
                    const int64_t *moves) {
  return (struct conv){
      .count = image[0], .high = image[1], .wide = image[2], .channels = image[3],
      .out_high = out[1], .out_wide = out[2], .filters = out[3],
      .kernel_high = kernel[0], .kernel_wide = kernel[1],
      .step_high = moves[0], .step_wide = moves[1], .gap_high = moves[2],
      .top = moves[3], .left = moves[4]};
}

double multiply_adds_of(const struct conv *c) {
  return (double)c->count * c->out_high * c->out_wide * c->filters * c->kernel_high *
         c->kernel_wide * c->channels;
}

void conv_images(XLA_FFI_CallFrame *frame, const struct conv *c) {
  struct job job = {conv_task, c, conv_tasks(c)};
  share(frame, job, multiply_adds_of(c));
}

void conv_kernel_grad(XLA_FFI_CallFrame *frame, struct conv *c, XLA_FFI_Buffer *slices) {
  if (!c->count || !c->out_high || !c->out_wide) { /* a sum of nothing */
    memset(c->out, 0, kernel_size(c) * sizeof(float));
    return;
  }
  c->slices = slices->data, c->slice_count = slices->dims[0];
  struct job job = {grad_task, c, c->slice_count};
  share(frame, job, multiply_adds_of(c));
  add_slices(c);
}

/* Images and kernel to outputs. */
CALL(conv) {
  XLA_FFI_Buffer *images = argument(frame, 0), *kernel = argument(frame, 1), *out = result(frame, 0);
  if (!numbers_in(out)) return;
  struct conv c = conv_of(images->dims, out->dims, kernel->dims, attribute(frame));
  c.images = images->data, c.kernel = kernel->data, c.out = out->data;
  conv_images(frame, &c);
}

/* Images and the gradient by outputs to that by the kernel. */
CALL(conv_kernel_grad) {
  XLA_FFI_Buffer *images = argument(frame, 0), *grad = argument(frame, 1), *out = result(frame, 0);
  if (!numbers_in(out)) return;
  struct conv c = conv_of(images->dims, grad->dims, out->dims, attribute(frame));
  c.images = images->data, c.kernel = grad->data, c.out = out->data;
  conv_kernel_grad(frame, &c, result(frame, 1));
}
