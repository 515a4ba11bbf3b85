#include "panels.h"

#include <stdlib.h>

#define VECTORS "tile.h"
#include "instruction_sets.h"

static _Thread_local struct room own, *borrowed;

struct room *use_room(struct room *room) {
  struct room *before = borrowed;
  borrowed = room;
  return before;
}

float *scratch(int which, size_t floats) {
  struct room *room = borrowed ? borrowed : &own;
  if (floats > room->sizes[which]) {
    free(room->memory[which]);
    room->sizes[which] = floats;
    room->memory[which] = aligned_alloc(64, (floats * sizeof(float) + 63) / 64 * 64);
    if (!room->memory[which]) abort();
  }
  return room->memory[which];
}

struct panel panel_at(const struct tile *t, const float *right, long columns, long first) {
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

struct tile with_panel(struct tile t, const struct panel *p) {
  t.right = p->right, t.right_step = p->step;
  t.right_segment = p->segment, t.right_image = p->image;
  return t;
}

long rows_of_tile(long left) {
  long rows = lanes == 16 ? wide_rows : narrow_rows;
  return ceiling(left, ceiling(left, rows));
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

void run_tile(const struct tile *t, enum order order, long rows, const struct panel *p) {
  tile_function *run = BEST(tiles)[order][rows - 1][p->registers - 1];
  if (p->columns == p->registers * lanes)
    run(t);
  else
    run_narrow(*t, run, rows, p->columns);
}
