#include "sums.h"

#include <stdlib.h>
#include <string.h>

static long least(long a, long b) { return a < b ? a : b; }
static long most(long a, long b) { return a > b ? a : b; }
static long ceiling(long a, long b) { return (a + b - 1) / b; }

/* The part of a pooling window that lies inside the image. */
struct window {
  long first, high, wide; /* its first sample's offset */
};

static struct window window_at(const struct pooling *p, long row, long column) {
  long y = row * p->step_high - p->top, x = column * p->step_wide - p->left;
  long bottom = least(y + p->window_high, p->high), right = least(x + p->window_wide, p->wide);
  y = most(y, 0), x = most(x, 0);
  return (struct window){(y * p->wide + x) * p->channels, bottom - y, right - x};
}

/* The offset of the first largest sample, of one channel. */
static long largest(const struct pooling *p, const struct window *w, const float *image) {
  long best = w->first;
  for (long y = 0; y < w->high; y++)
    for (long x = 0; x < w->wide; x++) {
      long at = w->first + (y * p->wide + x) * p->channels;
      if (image[at] > image[best] || image[at] != image[at]) best = at;
    }
  return best;
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
static float *scratch(int which, size_t floats) {
  static _Thread_local float *memory[2];
  static _Thread_local size_t sizes[2];
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
  long step, segment, columns;
  int registers;
};

/* The panel from column `first` on. One that does not fill its registers is copied among zeros. */
static struct panel panel_at(const struct tile *t, const float *right, long columns, long first) {
  int lanes = chosen->lanes;
  long left = least(columns - first, 2 * lanes);
  struct panel p = {right + first, t->right_step, t->right_segment, left, left > lanes ? 2 : 1};
  long width = p.registers * lanes;
  if (left == width) return p;
  float *copy = scratch(0, t->segments * t->depth * width), *to = copy;
  for (long s = 0; s < t->segments; s++)
    for (long k = 0; k < t->depth; k++, to += width) {
      const float *from = p.right + s * p.segment + k * p.step;
      for (long c = 0; c < width; c++) to[c] = c < left ? from[c] : 0;
    }
  p.right = copy, p.step = width, p.segment = t->depth * width;
  return p;
}

static void run_tile(struct tile t, enum order order, long rows, const struct panel *p) {
  t.right = p->right, t.right_step = p->step, t.right_segment = p->segment;
  tile_function *run = chosen->tiles[order][rows - 1][p->registers - 1];
  if (p->columns == p->registers * chosen->lanes) {
    run(&t);
    return;
  }
  float narrow[MOST_ROWS * MOST_COLUMNS];
  float *out = t.out;
  if (t.start) {
    for (long i = 0; i < rows; i++)
      memcpy(narrow + i * MOST_COLUMNS, t.start + i * t.start_step, p->columns * sizeof(float));
    t.start = narrow, t.start_step = MOST_COLUMNS;
  }
  long step = t.out_step;
  t.out = narrow, t.out_step = MOST_COLUMNS;
  run(&t);
  for (long i = 0; i < rows; i++)
    memcpy(out + i * step, narrow + i * MOST_COLUMNS, p->columns * sizeof(float));
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
  struct tile t = {.right_step = p->columns, .segments = 1, .depth = p->depth,
                   .out_step = p->columns};
  struct panel panel = panel_at(&t, p->right, p->columns, first);
  for (long rows; row < end; row += rows) {
    rows = least(chosen->rows, end - row);
    for (long i = 0; i < rows; i++) t.left[i] = p->left + (row + i) * p->depth;
    t.out = p->out + row * p->columns + first;
    run_tile(t, BY_ROWS, rows, &panel);
  }
}

enum { DEPTH_BLOCK = 256 }; /* samples summed before the next tile, so that they stay cached */

void tall_task(const void *work, long task) {
  const struct product *p = work;
  long panels = panels_of(p->columns), first = task % panels * 2 * chosen->lanes;
  long begin = task / panels * ROW_BLOCK, end = least(begin + ROW_BLOCK, p->rows);
  for (long from = 0; from < p->depth; from += DEPTH_BLOCK) {
    struct tile t = {.left_step = p->rows, .right_step = p->columns, .segments = 1,
                     .depth = least(DEPTH_BLOCK, p->depth - from),
                     .out_step = p->columns, .start_step = p->columns};
    struct panel panel = panel_at(&t, p->right + from * p->columns, p->columns, first);
    for (long row = begin, rows; row < end; row += rows) {
      rows = least(chosen->rows, end - row);
      t.left[0] = p->left + from * p->rows + row;
      t.out = p->out + row * p->columns + first;
      t.start = from ? t.out : NULL;
      run_tile(t, BY_COLUMNS, rows, &panel);
    }
  }
}

/* ---- convolutions ---- */

/* Rows of one image from `first` on, `count` of them, among the zeros around it. */
struct field {
  const float *data;
  long row; /* from one row to the next */
};

static struct field padded(const struct convolution *c, const float *image, long first, long count) {
  long width = (c->out_wide - 1) * c->step_wide + c->kernel_wide, row = c->wide * c->channels;
  first -= c->top;
  int inside = first >= 0 && first + count <= c->high && c->left == 0 && width <= c->wide;
  if (inside) return (struct field){image + first * row, row};
  long padded_row = width * c->channels, before = least(c->left * c->channels, padded_row);
  long taken = least(row, padded_row - before);
  float *to = scratch(1, count * padded_row);
  struct field f = {to, padded_row};
  for (long y = first; y < first + count; y++, to += padded_row) {
    if (y < 0 || y >= c->high) {
      memset(to, 0, padded_row * sizeof(float));
      continue;
    }
    memset(to, 0, before * sizeof(float));
    memcpy(to + before, image + y * row, taken * sizeof(float));
    memset(to + before + taken, 0, (padded_row - before - taken) * sizeof(float));
  }
  return f;
}

enum { WORK = 1 << 20 }; /* multiply-adds of a task */

/* Rows of the output that a task takes: some work, but not more than an image. */
static long band(const struct convolution *c) {
  long each = c->out_wide * c->filters * c->kernel_high * c->kernel_wide * c->channels;
  return ceiling(c->out_high, ceiling(c->out_high, least(c->out_high, ceiling(WORK, each))));
}

long convolution_tasks(const struct convolution *c) {
  return c->count * ceiling(c->out_high, band(c));
}

void convolution_task(const void *work, long task) {
  const struct convolution *c = work;
  long bands = ceiling(c->out_high, band(c)), image = task / bands;
  long row = task % bands * band(c), rows = least(band(c), c->out_high - row);
  long reach = (rows - 1) * c->step_high + (c->kernel_high - 1) * c->gap_high + 1;
  struct field f = padded(c, c->images + image * c->high * c->wide * c->channels,
                          row * c->step_high, reach);
  float *out = c->out + (image * c->out_high + row) * c->out_wide * c->filters;
  long across = c->step_wide * c->channels, down = c->step_high * f.row;
  long places = rows * c->out_wide, depth = c->kernel_wide * c->channels;
  struct tile t = {.left_segment = c->gap_high * f.row, .right_step = c->filters,
                   .right_segment = depth * c->filters, .segments = c->kernel_high,
                   .depth = depth, .out_step = c->filters};
  for (long first = 0; first < c->filters; first += 2 * chosen->lanes) {
    struct panel panel = panel_at(&t, c->kernel, c->filters, first);
    const float *line = f.data; /* where the windows of a row of outputs begin */
    for (long place = 0, x = 0, taken; place < places; place += taken) {
      taken = least(chosen->rows, places - place);
      for (long i = 0; i < taken; i++) {
        t.left[i] = line + x * across;
        if (++x == c->out_wide) x = 0, line += down;
      }
      t.out = out + place * c->filters + first;
      run_tile(t, BY_ROWS, taken, &panel);
    }
  }
}

static void image_gradient(const struct convolution *c, long image, float *out, int add) {
  long reach = (c->out_high - 1) * c->step_high + (c->kernel_high - 1) * c->gap_high + 1;
  struct field f = padded(c, c->images + image * c->high * c->wide * c->channels, 0, reach);
  const float *y = c->kernel + image * c->out_high * c->out_wide * c->filters;
  long rows = c->kernel_wide * c->channels;
  struct tile t = {.left_step = c->step_wide * c->channels, .left_segment = c->step_high * f.row,
                   .right_step = c->filters, .right_segment = c->out_wide * c->filters,
                   .segments = c->out_high, .depth = c->out_wide,
                   .out_step = c->filters, .start_step = c->filters};
  for (long first = 0; first < c->filters; first += 2 * chosen->lanes) {
    struct panel panel = panel_at(&t, y, c->filters, first);
    for (long tap = 0; tap < c->kernel_high; tap++)
      for (long row = 0, taken; row < rows; row += taken) {
        taken = least(chosen->rows, rows - row);
        t.left[0] = f.data + tap * c->gap_high * f.row + row;
        t.out = out + (tap * rows + row) * c->filters + first;
        t.start = add ? t.out : NULL;
        run_tile(t, BY_COLUMNS, taken, &panel);
      }
  }
}

static long kernel_size(const struct convolution *c) {
  return c->kernel_high * c->kernel_wide * c->channels * c->filters;
}

void gradient_task(const void *work, long task) {
  const struct convolution *c = work;
  long first = task * c->count / c->part_count, end = (task + 1) * c->count / c->part_count;
  for (long image = first; image < end; image++)
    image_gradient(c, image, c->parts + task * kernel_size(c), image > first);
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
  long in = p->high * p->wide * p->channels, out = p->out_high * p->out_wide * p->channels;
  const float *from = p->images + image * in;
  if (!p->gradient) {
    chosen->pool(p, from, p->out + image * out);
    return;
  }
  memset(p->out + image * in, 0, in * sizeof(float));
  chosen->pool_gradient(p, from, p->gradient + image * out, p->out + image * in);
}
