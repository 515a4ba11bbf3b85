/* Tiles of a matrix product, held in registers: ROWS is the most rows of one, as 16 accumulators suffice to
 * hide the latency of a multiply-add; more gain nothing.
 *
 * A tile adds, over `images` times `segments` runs of `depth` products, rows of the left matrix times
 * a panel of one or two registers of the right one. Nothing is packed: a left number is broadcast from where
 * it lies, a row of the right panel is contiguous. */

#define TILE(rows, vectors, order, left_number)                                                    \
  TARGET static void NAME(tile_##order##_##rows##_##vectors)(const struct tile *t) {               \
    NAME(vector) sums[rows][vectors];                                                              \
    for (int i = 0; i < rows; i++)                                                                 \
      for (int v = 0; v < vectors; v++)                                                            \
        sums[i][v] = t->start ? *(const NAME(vector) *)(t->start + i * t->start_step + v * LANES)  \
                              : (NAME(vector)){0};                                                 \
    const float *left[rows];                                                                       \
    for (int i = 0; i < rows; i++) left[i] = t->left[order == BY_ROWS ? i : 0];                    \
    for (long image = 0; image < t->images; image++) {                                             \
      const float *right = t->right + image * t->right_image;                                      \
      long at = image * t->left_image;                                                             \
      for (long s = 0; s < t->segments; s++) {                                                     \
        for (long k = 0; k < t->depth; k++) {                                                      \
          NAME(vector) panel[vectors];                                                             \
          for (int v = 0; v < vectors; v++)                                                        \
            panel[v] = *(const NAME(vector) *)(right + k * t->right_step + v * LANES);             \
          for (int i = 0; i < rows; i++) {                                                         \
            float number = left_number;                                                            \
            for (int v = 0; v < vectors; v++) sums[i][v] += number * panel[v];                     \
          }                                                                                        \
        }                                                                                          \
        at += t->left_segment, right += t->right_segment;                                          \
      }                                                                                            \
    }                                                                                              \
    for (int i = 0; i < rows; i++)                                                                 \
      for (int v = 0; v < vectors; v++)                                                            \
        *(NAME(vector) *)(t->out + i * t->out_step + v * LANES) = sums[i][v];                      \
  }

#define TILES(rows)                                                                                \
  TILE(rows, 1, BY_ROWS, left[i][at + k])                                                               \
  TILE(rows, 2, BY_ROWS, left[i][at + k])                                                               \
  TILE(rows, 1, BY_COLUMNS, left[0][at + k * t->left_step + i])                                         \
  TILE(rows, 2, BY_COLUMNS, left[0][at + k * t->left_step + i])

#define ENTRY(order, rows) {NAME(tile_##order##_##rows##_1), NAME(tile_##order##_##rows##_2)}

TILES(1) TILES(2) TILES(3) TILES(4) TILES(5) TILES(6)
#if ROWS == 8
TILES(7) TILES(8)
#define ENTRIES(order)                                                                             \
  {ENTRY(order, 1), ENTRY(order, 2), ENTRY(order, 3), ENTRY(order, 4),                             \
   ENTRY(order, 5), ENTRY(order, 6), ENTRY(order, 7), ENTRY(order, 8)}
#else
#define ENTRIES(order)                                                                             \
  {ENTRY(order, 1), ENTRY(order, 2), ENTRY(order, 3),                                              \
   ENTRY(order, 4), ENTRY(order, 5), ENTRY(order, 6)}
#endif

static tile_function *const NAME(tiles)[2][MOST_ROWS][2] = {ENTRIES(BY_ROWS), ENTRIES(BY_COLUMNS)};
enum { NAME(rows) = ROWS };

#undef TILE
#undef TILES
#undef ENTRY
#undef ENTRIES
