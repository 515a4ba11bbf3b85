/* Registers of floats and what is asked of them everywhere. Included once for each instruction set, with
 *
 *   NAME(x)  x with the set's name, TARGET  its compiler attribute, LANES  floats in a register,
 *   HEAD(p, n), SET_HEAD(p, n, v)  the first n < LANES floats at p, zeros behind them,
 *   REDUCED(v, add)  all floats of a register added up, or max: the largest,
 *   WHERE(v, w, how)  a bit for each float that compares so. */

typedef float NAME(vector) __attribute__((vector_size(4 * LANES), aligned(4)));
typedef int NAME(mask) __attribute__((vector_size(4 * LANES), aligned(4)));
typedef unsigned NAME(bits) __attribute__((vector_size(4 * LANES), aligned(4))); /* that wrap round */
typedef unsigned char NAME(bytes) __attribute__((vector_size(LANES), aligned(1)));

#define INSIDE TARGET static inline __attribute__((always_inline))
#define LOAD(type, from) (*(const NAME(type) *)(from))
#define CHOSEN(type, where, a, b)                                                                  \
  ((NAME(type))((where & (NAME(mask))(a)) | (~where & (NAME(mask))(b))))
#define ALL(number) ((NAME(vector)){0} + (number))

/* Every i below count; the arrays that are read may be those written, but each number depends on its place only. */
#if defined(__clang__)
#define EACH(i) _Pragma("clang loop vectorize(assume_safety)") for (long i = 0; i < count; i++)
#else
#define EACH(i) _Pragma("GCC ivdep") for (long i = 0; i < count; i++)
#endif

/* The first n numbers, `rest` behind them. */
INSIDE NAME(vector) NAME(load)(const float *from, long n, float rest) {
  if (n >= LANES) return LOAD(vector, from);
  NAME(vector) some = (NAME(vector))HEAD(from, n);
  return rest == 0 ? some : CHOSEN(vector, (LOAD(mask, counted) < (int)n), some, ALL(rest));
}

INSIDE void NAME(store)(float *to, long n, NAME(vector) numbers) {
  if (n >= LANES)
    *(NAME(vector) *)to = numbers;
  else
    SET_HEAD(to, n, numbers);
}

INSIDE NAME(vector) NAME(first)(NAME(vector) v, long n) { /* the others 0 */
  return n >= LANES ? v : CHOSEN(vector, (LOAD(mask, counted) < (int)n), v, ALL(0.0f));
}

INSIDE NAME(vector) NAME(positive)(NAME(vector) x) { /* without its sign */
  return (NAME(vector))((NAME(mask))x & 0x7fffffff);
}

/* e^x for x <= 0; results below 1e-38 are 0. e^x = 2^n e^r with |r| <= ln 2 / 2. */
INSIDE NAME(vector) NAME(exponential)(NAME(vector) x) {
  const float round = 12582912; /* 1.5 * 2^23: a number added to it is rounded to an integer */
  NAME(vector) shifted = x * 1.44269504f + round, n = shifted - round;
  NAME(vector) r = x - n * 0.693145752f - n * 1.42860677e-6f;
  NAME(vector) sum = ALL(1.0f / 5040);
  const float factors[] = {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1, 1};
  for (int i = 0; i < 7; i++) sum = sum * r + factors[i];
  NAME(vector) power = (NAME(vector))(((NAME(bits))shifted << 23) + 0x3f800000u);
  return CHOSEN(vector, (x < -87.3f), ALL(0.0f), sum * power);
}

/* log x for x >= 0, -infinity for those below 1e-38. x = 2^n m with m near 1, log m = 2 artanh s, s = (m - 1) / (m + 1). */
INSIDE NAME(vector) NAME(logarithm)(NAME(vector) x) {
  const int root_of_half = 0x3f3504f3;
  NAME(mask) bits = (NAME(mask))x, n = (bits - root_of_half) >> 23;
  NAME(vector) m = (NAME(vector))(bits - (n << 23)), power = __builtin_convertvector(n, NAME(vector));
  NAME(vector) s = (m - 1) / (m + 1), square = s * s, sum = ALL(2.0f / 11);
  const float factors[] = {2.0f / 9, 2.0f / 7, 2.0f / 5, 2.0f / 3};
  for (int i = 0; i < 4; i++) sum = sum * square + factors[i];
  NAME(vector) small = power * 1.42860677e-6f + (s * square) * sum;
  NAME(vector) log = power * 0.693145752f + (2 * s + small);
  log = CHOSEN(vector, (x < 1.17549435e-38f), ALL(-INFINITY), log);
  return CHOSEN(vector, (x != x), x, log);
}

INSIDE NAME(vector) NAME(sigmoid)(NAME(vector) x) {
  NAME(vector) e = NAME(exponential)(-NAME(positive)(x)), large = 1 / (1 + e);
  return CHOSEN(vector, (x >= 0), large, e * large);
}

/* ---- rows ---- */

TARGET static float NAME(add)(const float *x, long n) {
  NAME(vector) sums = ALL(0.0f);
  for (; n > 0; x += LANES, n -= LANES) sums += NAME(load)(x, n, 0);
  return REDUCED(sums, add);
}

/* The largest of n numbers; not a number, if one of them is. */
TARGET static float NAME(top)(const float *x, long n) {
  NAME(vector) largest = ALL(-INFINITY), wrong = ALL(0.0f);
  for (; n > 0; x += LANES, n -= LANES) {
    NAME(vector) v = NAME(load)(x, n, -INFINITY);
    largest = CHOSEN(vector, (v > largest), v, largest);
    wrong = CHOSEN(vector, (v != v), ALL(1.0f), wrong);
  }
  return REDUCED(wrong, max) > 0 ? NAN : REDUCED(largest, max);
}

/* Where the first largest of n numbers is; what is not a number is the largest. */
TARGET static long NAME(argmax)(const float *x, long n) {
  float top = NAME(top)(x, n);
  for (long i = 0; i < n; i += LANES) {
    NAME(vector) v = NAME(load)(x + i, n - i, -INFINITY);
    unsigned found = top == top ? WHERE(v, ALL(top), EQ_OQ) : WHERE(v, v, UNORD_Q);
    if (found) return i + __builtin_ctz(found);
  }
  return 0;
}
