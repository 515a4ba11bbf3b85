/* Sums of products on one thread's share of the work: matrix products and convolutions. */
#ifndef LURNET_SUMS_H
#define LURNET_SUMS_H

#include <stddef.h>

enum order { BY_ROWS, BY_COLUMNS }; /* how the left matrix is read: (rows, depth) or (depth, rows) */

enum { MOST_ROWS = 8, MOST_COLUMNS = 32 };

struct tile {
  const float *left[MOST_ROWS]; /* by rows: where each row starts; by columns: the first only */
  long left_step;               /* by columns: from one depth to the next */
  long left_segment;
  const float *right;
  long right_step, right_segment;
  long segments, depth;
  long images, left_image, right_image; /* all of that again, so many floats further on */
  const float *start; /* what the sums start from (rows, columns), or NULL for zeros */
  long start_step;
  float *out;
  long out_step;
};

typedef void tile_function(const struct tile *);

struct pooling;
struct finish;
struct unfinish;
struct distance;
struct dropout;

/* How an optimizer changes `count` numbers of a weight, and of what it holds for it: `from` are the weight,
 * its gradient and the slots, `to` the weight and the slots, which may be the same arrays. */
enum update_kind { SGD, MOMENTUM, NESTEROV, ADAM, RMSPROP, RMSPROP_MOMENTUM, UPDATES };
typedef void update_function(const float *numbers, const float *const *from, float *const *to,
                             long count);

struct kernels {
  int lanes, rows;
  tile_function *tiles[2][MOST_ROWS][2]; /* order, rows - 1, registers - 1 */
  void (*dots)(const float *window, long step, const float *kernel, long filters, long segments,
               long depth, float *out);
  void (*pool)(const struct pooling *, const float *image, float *out, unsigned char *places);
  void (*give_back)(const struct pooling *, const float *gradient, const unsigned char *places,
                    float *to, long row);
  void (*finish)(const struct finish *, long from, long to);
  void (*unfinish)(const struct unfinish *, long from, long to, float *sums);
  void (*distances)(const struct distance *, long from, long to);
  void (*distance_gradients)(const struct distance *, long from, long to);
  void (*turn)(const float *from, long step, float *to, long to_step); /* the transpose of 8 by 8 */
  float (*add)(const float *numbers, long count);
  long (*first_largest)(const float *numbers, long count);
  void (*drop)(const struct dropout *, long from, long to);
  void (*row)(const float *x, const float *right, long depth, long columns, float *out);
  update_function *updates[UPDATES];
};

/* Chooses the fastest kernels that this processor runs, with registers of so many floats at most;
 * NULL if there are none. */
const struct kernels *choose_kernels(int most_lanes);
extern const struct kernels *chosen;

/* Of each kind of work: how many tasks there are, and one of them. */

/* out (rows, columns) = left @ right (depth, columns), where left is (rows, depth), or for a tall
 * product the transpose of (depth, rows) */
struct product {
  const float *left, *right;
  float *out;
  long rows, columns, depth;
};
long product_tasks(const struct product *);
void product_task(const void *product, long task);
void tall_task(const void *product, long task);

/* to (columns, rows) = the transpose of from (rows, columns) */
struct turn {
  const float *from;
  float *to;
  long rows, columns;
};
long turn_tasks(const struct turn *);
void turn_task(const void *turn, long task);

/* Largest values over windows: images (count, high, wide, channels), out (count, out_high, out_wide,
 * channels) and beside it `places`: which sample of its window, counted row by row, each of them is.
 * Its gradient goes the other way. */
struct pooling {
  float *images, *out;
  unsigned char *places; /* NULL where nobody asks */
  long count, high, wide, channels, out_high, out_wide;
  long window_high, window_wide, step_high, step_wide;
  long top, left; /* what lies outside before the first row and column is left out */
};
void pooling_task(const void *pooling, long image);
void pooling_gradient_task(const void *pooling, long image);

/* Images (count, high, wide, channels), out (count, out_high, out_wide, filters),
 * kernel (kernel_high, kernel_wide, channels, filters). */
struct convolution {
  const float *images, *kernel; /* for the kernel's gradient, `kernel` is the gradient by output */
  float *out;
  long count, high, wide, channels;
  long out_high, out_wide, filters;
  long kernel_high, kernel_wide;
  long step_high, step_wide, gap_high; /* strides, and the dilation along the first axis */
  long top, left;                      /* zeros before the first row and column */
  float *parts;                        /* of the kernel's gradient: a kernel for each task */
  long part_count;
  /* Unless NULL, no more than its result is ever written: the outputs of `convolution_pooled_task`
   * are pooled; what the others read, as images or as the gradient by output, comes out of one. */
  const struct pooling *pool;
};
long convolution_tasks(const struct convolution *);
void convolution_task(const void *convolution, long task);
void convolution_pooled_task(const void *convolution, long image);

/* The gradient by kernel is summed in parts, as many whatever the number of threads, so that it
 * rounds alike everywhere; `add_parts` adds them up. */
void gradient_task(const void *convolution, long task);
void add_parts(const struct convolution *);

/* One step of an optimizer for all weights together. Arrays of all weights stand one after another:
 * from[k * weights + i] is array k of the weight i. */
enum { MOST_SLOTS = 2, MOST_NUMBERS = 5 };
struct update {
  update_function *run;
  const float *numbers;
  const float *const *from;
  float *const *to;
  const long *ends; /* of each weight, counted in numbers of all before it and its own */
  long weights, slots;
};
long update_tasks(const struct update *);
void update_task(const void *update, long task);

#endif
