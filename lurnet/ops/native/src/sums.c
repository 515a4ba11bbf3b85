#include "sums.h"

#include <stdlib.h>
#include <string.h>

static long least(long a, long b) { return a < b ? a : b; }
static long most(long a, long b) { return a > b ? a : b; }
static long ceiling(long a, long b) { return (a + b - 1) / b; }

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

#if defined(__x86_64__)
#include <cpuid.h>

#define NAME(x) wide_##x
#define TARGET __attribute__((target("avx512f,avx512vl,fma")))
#define LANES 16
#define ROWS 8
#include "kernels.h"

#define NAME(x) narrow_##x
#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8
#define ROWS 6
#include "kernels.h"
#endif

static const struct kernels *chosen;

#if defined(__x86_64__)
/* Asked of the processor itself: not every compiler's __builtin_cpu_supports answers. */
static unsigned long states(void) {
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

const struct kernels *choose_kernels(int most_lanes) {
  unsigned a, b, c, d;
  chosen = NULL;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_FMA)) return NULL;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return NULL;
  unsigned long saved = states(); /* which registers the system keeps for each thread */
  int wide = (b & bit_AVX512F) && (b & bit_AVX512VL) && (saved & 0xe6) == 0xe6;
  int narrow = (b & bit_AVX2) && (saved & 6) == 6;
  if (wide && most_lanes >= 16)
    chosen = &wide_kernels;
  else if (narrow && most_lanes >= 8)
    chosen = &narrow_kernels;
  return chosen;
}
#else
const struct kernels *choose_kernels(int most_lanes) {
  (void)most_lanes;
  return NULL;
}
#endif

/* Memory of this thread, kept for the next call: fresh pages cost more than the sums. */
enum { PANEL, FIELD, OUTPUT, SCRATCHES };

static float *scratch(int which, size_t floats) {
  static _Thread_local float *memory[SCRATCHES];
  static _Thread_local size_t sizes[SCRATCHES];
  if (floats > sizes[which]) {
    free(memory[which]);
    sizes[which] = floats;
    memory[which] = aligned_alloc(64, (floats * sizeof(float) + 63) / 64 * 64);
    if (!memory[which]) abort();
  }
  return memory[which];
}

/* Columns of the right matrix that one tile takes. */
struct panel {
  const float *right;
  long step, segment, image, columns;
  int registers;
};

/* The panel from column `first` on. One that does not fill its registers is copied among zeros. */
static struct panel panel_at(const struct tile *t, const float *right, long columns, long first) {
  int lanes = chosen->lanes;
  long left = least(columns - first, 2 * lanes);
  struct panel p = {right + first, t->right_step, t->right_segment, t->right_image, left,
                    left > lanes ? 2 : 1};
  long width = p.registers * lanes;
  if (left == width) return p;
  float *copy = scratch(PANEL, t->images * t->segments * t->depth * width), *to = copy;
  for (long n = 0; n < t->images; n++)
    for (long s = 0; s < t->segments; s++)
      for (long k = 0; k < t->depth; k++, to += width) {
        const float *from = p.right + n * p.image + s * p.segment + k * p.step;
        for (long c = 0; c < width; c++) to[c] = c < left ? from[c] : 0;
      }
  p.right = copy, p.step = width;
  p.segment = t->depth * width, p.image = t->segments * p.segment;
  return p;
}

/* How many of the rows that are left the next tile takes: all tiles about as many. */
static long rows_of_tile(long left) { return ceiling(left, ceiling(left, chosen->rows)); }

static void take_panel(struct tile *t, const struct panel *p) {
  t->right = p->right, t->right_step = p->step;
  t->right_segment = p->segment, t->right_image = p->image;
}

/* A tile whose last columns are not wanted. */
static void run_narrow(struct tile t, tile_function *run, long rows, long columns) {
  float narrow[MOST_ROWS * MOST_COLUMNS], *out = t.out;
  long step = t.out_step;
  if (t.start) {
    for (long i = 0; i < rows; i++)
      memcpy(narrow + i * MOST_COLUMNS, t.start + i * t.start_step, columns * sizeof(float));
    t.start = narrow, t.start_step = MOST_COLUMNS;
  }
  t.out = narrow, t.out_step = MOST_COLUMNS;
  run(&t);
  for (long i = 0; i < rows; i++)
    memcpy(out + i * step, narrow + i * MOST_COLUMNS, columns * sizeof(float));
}

static void run_tile(const struct tile *t, enum order order, long rows, const struct panel *p) {
  tile_function *run = chosen->tiles[order][rows - 1][p->registers - 1];
  if (p->columns == p->registers * chosen->lanes)
    run(t);
  else
    run_narrow(*t, run, rows, p->columns);
}

/* ---- products ---- */

enum { ROW_BLOCK = 48 }; /* a multiple of 6 and 8; with a panel of the right matrix it stays cached */

static long panels_of(long columns) { return ceiling(columns, 2 * chosen->lanes); }

long product_tasks(const struct product *p) {
  return ceiling(p->rows, ROW_BLOCK) * panels_of(p->columns);
}

void product_task(const void *work, long task) {
  const struct product *p = work;
  long panels = panels_of(p->columns), first = task % panels * 2 * chosen->lanes;
  long row = task / panels * ROW_BLOCK, end = least(row + ROW_BLOCK, p->rows);
  struct tile t = {.right_step = p->columns, .images = 1, .segments = 1, .depth = p->depth,
                   .out_step = p->columns};
  struct panel panel = panel_at(&t, p->right, p->columns, first);
  take_panel(&t, &panel);
  for (long rows; row < end; row += rows) {
    rows = rows_of_tile(end - row);
    for (long i = 0; i < rows; i++) t.left[i] = p->left + (row + i) * p->depth;
    t.out = p->out + row * p->columns + first;
    run_tile(&t, BY_ROWS, rows, &panel);
  }
}

enum { DEPTH_BLOCK = 256 }; /* samples summed before the next tile, so that they stay cached */

void tall_task(const void *work, long task) {
  const struct product *p = work;
  long panels = panels_of(p->columns), first = task % panels * 2 * chosen->lanes;
  long begin = task / panels * ROW_BLOCK, end = least(begin + ROW_BLOCK, p->rows);
  for (long from = 0; from < p->depth; from += DEPTH_BLOCK) {
    struct tile t = {.left_step = p->rows, .right_step = p->columns, .images = 1, .segments = 1,
                     .depth = least(DEPTH_BLOCK, p->depth - from),
                     .out_step = p->columns, .start_step = p->columns};
    struct panel panel = panel_at(&t, p->right + from * p->columns, p->columns, first);
    take_panel(&t, &panel);
    for (long row = begin, rows; row < end; row += rows) {
      rows = rows_of_tile(end - row);
      t.left[0] = p->left + from * p->rows + row;
      t.out = p->out + row * p->columns + first;
      t.start = from ? t.out : NULL;
      run_tile(&t, BY_COLUMNS, rows, &panel);
    }
  }
}

/* ---- convolutions ---- */

/* Rows of one image from `first` on, among the zeros around it. */
struct field {
  const float *data;
  long row; /* from one row to the next */
};

static long padded_row(const struct convolution *c) {
  return ((c->out_wide - 1) * c->step_wide + c->kernel_wide) * c->channels;
}

/* How many rows of an image so many rows of the output look at. */
static long reach(const struct convolution *c, long rows) {
  return (rows - 1) * c->step_high + (c->kernel_high - 1) * c->gap_high + 1;
}

/* Writes `count` rows of an image and the zeros around it. */
static void pad(const struct convolution *c, const float *image, long first, long count, float *to) {
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

/* Writes what a pooled image's gradient gives back, among zeros: rows of `row` floats. */
static void unpool(const struct pooling *p, long image, float *to, long row) {
  long size = p->out_high * p->out_wide * p->channels;
  chosen->give_back(p, p->out + image * size, p->places + image * size, to, row);
}

/* Whether no zeros are needed around rows of an image. */
static int inside(const struct convolution *c, long first, long count) {
  return !c->pool && first >= c->top && first - c->top + count <= c->high && c->left == 0 &&
         padded_row(c) <= c->wide * c->channels;
}

static struct field rows_of(const struct convolution *c, long image, long first, long count) {
  const float *from = c->images + image * c->high * c->wide * c->channels;
  long row = c->wide * c->channels, whole = padded_row(c);
  if (inside(c, first, count)) return (struct field){from + (first - c->top) * row, row};
  float *to = scratch(FIELD, count * whole);
  if (c->pool) {
    memset(to, 0, count * whole * sizeof(float));
    unpool(c->pool, image, to + c->top * whole + c->left * c->channels, whole);
  } else {
    pad(c, from, first, count, to);
  }
  return (struct field){to, whole};
}

enum { WORK = 1 << 20 }; /* multiply-adds of a task */

/* Rows of the output that a task takes: some work, but not more than an image. */
static long band(const struct convolution *c) {
  if (c->pool) return c->out_high;
  long each = c->out_wide * c->filters * c->kernel_high * c->kernel_wide * c->channels;
  return ceiling(c->out_high, ceiling(c->out_high, least(c->out_high, ceiling(WORK, each))));
}

long convolution_tasks(const struct convolution *c) {
  return c->count * ceiling(c->out_high, band(c));
}

static void convolve(const struct convolution *c, const struct field *f, long rows, float *out) {
  long across = c->step_wide * c->channels, down = c->step_high * f->row;
  long places = rows * c->out_wide, depth = c->kernel_wide * c->channels;
  struct tile t = {.left_segment = c->gap_high * f->row, .right_step = c->filters,
                   .right_segment = depth * c->filters, .images = 1, .segments = c->kernel_high,
                   .depth = depth, .out_step = c->filters};
  for (long first = 0; first < c->filters; first += 2 * chosen->lanes) {
    struct panel panel = panel_at(&t, c->kernel, c->filters, first);
    take_panel(&t, &panel);
    const float *line = f->data; /* where the windows of a row of outputs begin */
    for (long place = 0, x = 0, taken; place < places; place += taken) {
      taken = rows_of_tile(places - place);
      for (long i = 0; i < taken; i++) {
        t.left[i] = line + x * across;
        if (++x == c->out_wide) x = 0, line += down;
      }
      t.out = out + place * c->filters + first;
      run_tile(&t, BY_ROWS, taken, &panel);
    }
  }
}

void convolution_task(const void *work, long task) {
  const struct convolution *c = work;
  long bands = ceiling(c->out_high, band(c)), image = task / bands;
  long row = task % bands * band(c), rows = least(band(c), c->out_high - row);
  struct field f = rows_of(c, image, row * c->step_high, reach(c, rows));
  convolve(c, &f, rows, c->out + (image * c->out_high + row) * c->out_wide * c->filters);
}

void convolution_pooled_task(const void *work, long image) {
  struct convolution c = *(const struct convolution *)work;
  const struct pooling *p = c.pool;
  long size = p->out_high * p->out_wide * p->channels;
  float *whole = scratch(OUTPUT, c.out_high * c.out_wide * c.filters);
  c.pool = NULL; /* the images themselves are plain ones */
  struct field f = rows_of(&c, image, 0, reach(&c, c.out_high));
  convolve(&c, &f, c.out_high, whole);
  chosen->pool(p, whole, p->out + image * size, p->places ? p->places + image * size : NULL);
}

/* ---- the gradient by the kernel ---- */

enum { CACHED = 1 << 16 }; /* floats of images that one pass over the kernel takes together */

/* Images from `first` on, and the gradients by their outputs: so many floats from one to the next. */
struct group {
  const float *x, *y;
  long row, x_image, y_image;
};

static struct group group_at(const struct convolution *c, long first, long count) {
  long high = reach(c, c->out_high), whole = padded_row(c), size = c->high * c->wide * c->channels;
  long y_row = c->out_wide * c->filters, y_size = c->out_high * y_row;
  struct convolution plain = *c;
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
    for (long n = 0; n < count; n++) unpool(c->pool, first + n, to + n * y_size, y_row);
    g.y = to;
  }
  return g;
}

static void group_gradient(const struct convolution *c, long begin, long count, float *out,
                           int add) {
  struct group g = group_at(c, begin, count);
  long rows = c->kernel_wide * c->channels;
  struct tile t = {.left_step = c->step_wide * c->channels, .left_segment = c->step_high * g.row,
                   .left_image = g.x_image, .right_step = c->filters,
                   .right_segment = c->out_wide * c->filters, .right_image = g.y_image,
                   .images = count, .segments = c->out_high, .depth = c->out_wide,
                   .out_step = c->filters, .start_step = c->filters};
  for (long first = 0; first < c->filters; first += 2 * chosen->lanes) {
    struct panel panel = panel_at(&t, g.y, c->filters, first);
    take_panel(&t, &panel);
    for (long tap = 0; tap < c->kernel_high; tap++)
      for (long row = 0, taken; row < rows; row += taken) {
        taken = rows_of_tile(rows - row);
        t.left[0] = g.x + tap * c->gap_high * g.row + row;
        t.out = out + (tap * rows + row) * c->filters + first;
        t.start = add ? t.out : NULL;
        run_tile(&t, BY_COLUMNS, taken, &panel);
      }
  }
}

static long kernel_size(const struct convolution *c) {
  return c->kernel_high * c->kernel_wide * c->channels * c->filters;
}

void gradient_task(const void *work, long task) {
  const struct convolution *c = work;
  long first = task * c->count / c->part_count, end = (task + 1) * c->count / c->part_count;
  long each = reach(c, c->out_high) * padded_row(c) + c->out_high * c->out_wide * c->filters;
  long together = most(1, CACHED / each);
  for (long image = first, taken; image < end; image += taken) {
    taken = least(together, end - image);
    group_gradient(c, image, taken, c->parts + task * kernel_size(c), image > first);
  }
}

void add_parts(const struct convolution *c) {
  long size = kernel_size(c);
  for (long i = 0; i < size; i++) {
    float sum = c->parts[i];
    for (long part = 1; part < c->part_count; part++) sum += c->parts[part * size + i];
    c->out[i] = sum;
  }
}

/* ---- pooling ---- */

void pooling_task(const void *work, long image) {
  const struct pooling *p = work;
  long size = p->out_high * p->out_wide * p->channels;
  chosen->pool(p, p->images + image * p->high * p->wide * p->channels, p->out + image * size,
               p->places ? p->places + image * size : NULL);
}

void pooling_gradient_task(const void *work, long image) {
  const struct pooling *p = work;
  long row = p->wide * p->channels;
  float *to = p->images + image * p->high * row;
  memset(to, 0, p->high * row * sizeof(float));
  unpool(p, image, to, row);
}
