/* One row times a matrix, whose numbers are read once each: what counts is that many sums are under way
 * at a time. */

/* `registers` of columns, the last with `some` of them; every `at_once`th depth is a sum of its own. */
INSIDE void NAME(row_part)(const float *x, const float *right, long depth, long step, long some,
                           const int registers, const int at_once, const int whole, float *out) {
  NAME(vector) sums[8][4];
  for (int u = 0; u < at_once; u++)
    for (int r = 0; r < registers; r++) sums[u][r] = ALL(0.0f);
  long k = 0;
  for (; k + at_once <= depth; k += at_once)
    for (int u = 0; u < at_once; u++)
      for (int r = 0; r < registers; r++) {
        const float *from = right + (k + u) * step + r * LANES;
        int part = !whole && r == registers - 1;
        sums[u][r] += x[k + u] * (part ? (NAME(vector))HEAD(from, some) : LOAD(vector, from));
      }
  for (; k < depth; k++)
    for (int r = 0; r < registers; r++) {
      const float *from = right + k * step + r * LANES;
      int part = !whole && r == registers - 1;
      sums[0][r] += x[k] * (part ? (NAME(vector))HEAD(from, some) : LOAD(vector, from));
    }
  for (int half = at_once / 2; half > 0; half /= 2)
    for (int u = 0; u < half; u++)
      for (int r = 0; r < registers; r++) sums[u][r] += sums[u + half][r];
  for (int r = 0; r < registers; r++)
    NAME(store)(out + r * LANES, r == registers - 1 ? some : LANES, sums[0][r]);
}

/* `out`, or zeros at first, plus up to eight rows of the matrix, read as they lie. */
INSIDE void NAME(add_rows)(const float *x, const float *right, int rows, long columns, int first,
                           float *out) {
  for (long c = 0; c < columns; c += LANES) {
    long some = columns - c;
    NAME(vector) sum = first ? ALL(0.0f) : NAME(load)(out + c, some, 0), other = ALL(0.0f);
    for (int u = 0; u < rows; u++) {
      NAME(vector) term = x[u] * NAME(load)(right + u * columns + c, some, 0);
      if (u % 2)
        other += term;
      else
        sum += term;
    }
    NAME(store)(out + c, some, sum + other);
  }
}

/* The whole product; narrow ones at once, others with one pass over the matrix. */
TARGET static void NAME(row)(const float *x, const float *right, long depth, long columns,
                             float *out) {
  long registers = (columns + LANES - 1) / LANES, some = (columns - 1) % LANES + 1;
#define ROW_PART(count, at_once)                                                                   \
  if (some == LANES)                                                                               \
    NAME(row_part)(x, right, depth, columns, LANES, count, at_once, 1, out);                       \
  else                                                                                             \
    NAME(row_part)(x, right, depth, columns, some, count, at_once, 0, out);                        \
  return
  if (registers == 1) { ROW_PART(1, 8); }
  if (registers == 2) { ROW_PART(2, 4); }
  if (registers == 3) { ROW_PART(3, 4); }
  if (registers == 4) { ROW_PART(4, 2); }
#undef ROW_PART
  long k = 0;
  for (; k + 8 <= depth; k += 8)
    NAME(add_rows)(x + k, right + k * columns, 8, columns, k == 0, out);
  if (k < depth || k == 0) NAME(add_rows)(x + k, right + k * columns, (int)(depth - k), columns, k == 0, out);
}

/* The transpose of 8 by 8 numbers. Both instruction sets have these. */

TARGET static void NAME(transpose)(const float *from, long step, float *to, long to_step) {
  __m256 a[8], b[8];
  for (int i = 0; i < 8; i++) a[i] = _mm256_loadu_ps(from + i * step);
  for (int i = 0; i < 8; i += 2) { /* pairs of rows, then fours, then halves */
    b[i] = _mm256_unpacklo_ps(a[i], a[i + 1]);
    b[i + 1] = _mm256_unpackhi_ps(a[i], a[i + 1]);
  }
  for (int i = 0; i < 8; i += 4)
    for (int j = 0; j < 2; j++) {
      a[i + 2 * j] = _mm256_shuffle_ps(b[i + j], b[i + j + 2], _MM_SHUFFLE(1, 0, 1, 0));
      a[i + 2 * j + 1] = _mm256_shuffle_ps(b[i + j], b[i + j + 2], _MM_SHUFFLE(3, 2, 3, 2));
    }
  for (int i = 0; i < 4; i++) {
    _mm256_storeu_ps(to + i * to_step, _mm256_permute2f128_ps(a[i], a[i + 4], 0x20));
    _mm256_storeu_ps(to + (i + 4) * to_step, _mm256_permute2f128_ps(a[i], a[i + 4], 0x31));
  }
}
