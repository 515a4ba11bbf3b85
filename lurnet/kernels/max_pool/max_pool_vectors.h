/* Max-pooling and its gradient for one image.
 *
 * What one window of a register's channels takes stands in functions of its size, so that the compiler
 * sees the sizes where they are the usual ones. */

/* The largest of high x wide samples, `across` and `down` apart, and which of them it is unless place is NULL. */
INSIDE NAME(vector) NAME(largest)(const float *first, long high, long wide, long across, long down,
                                  long row_of_taps, NAME(mask) *place) {
  NAME(vector) best = LOAD(vector, first);
  if (place) *place = (NAME(mask)){0};
  for (long y = 0; y < high; y++)
    for (long x = 0; x < wide; x++) {
      NAME(vector) value = LOAD(vector, first + y * down + x * across);
      NAME(mask) larger = (value > best) | (value != value); /* NaN is the largest */
      best = CHOSEN(vector, larger, value, best);
      if (place) *place = CHOSEN(mask, larger, (NAME(mask)){0} + (int)(y * row_of_taps + x), *place);
    }
  return best;
}

INSIDE void NAME(give)(NAME(mask) part, NAME(mask) place, float *first, long high, long wide,
                       long across, long down, long row_of_taps) {
  for (long y = 0; y < high; y++)
    for (long x = 0; x < wide; x++) {
      NAME(vector) *at = (NAME(vector) *)(first + y * down + x * across);
      *at += (NAME(vector))((place == (int)(y * row_of_taps + x)) & part);
    }
}

TARGET static void NAME(pool)(const struct pooling *p, const float *image, float *out,
                              unsigned char *argmax) {
  long n = p->channels, down = p->wide * n, taps = p->window_wide;
  for (long row = 0; row < p->out_high; row++)
    for (long column = 0; column < p->out_wide; column++, out += n) {
      struct window w = window_at(p, row, column);
      const float *first = image + w.y * down + w.x * n;
      int usual = w.high == 2 && w.wide == 2 && taps == 2;
      long c = 0;
      for (; c + LANES <= n; c += LANES) {
        NAME(vector) *to = (NAME(vector) *)(out + c);
        if (!argmax) {
          *to = usual ? NAME(largest)(first + c, 2, 2, n, down, 2, NULL)
                      : NAME(largest)(first + c, w.high, w.wide, n, down, taps, NULL);
          continue;
        }
        NAME(mask) place;
        *to = usual ? NAME(largest)(first + c, 2, 2, n, down, 2, &place)
                    : NAME(largest)(first + c, w.high, w.wide, n, down, taps, &place);
        *(NAME(bytes) *)(argmax + c) = __builtin_convertvector(place + (int)w.tap, NAME(bytes));
      }
      for (; c < n; c++) {
        long y = 0, x = 0;
        largest(p, &w, first + c, &y, &x);
        out[c] = first[y * down + x * n + c];
        if (argmax) argmax[c] = (unsigned char)(w.tap + y * taps + x);
      }
      if (argmax) argmax += n;
    }
}

/* Each output's gradient is added to the sample it came from; `to` has rows of `row` floats. */
TARGET static void NAME(unpool)(const struct pooling *p, const float *gradient,
                                   const unsigned char *argmax, float *to, long row) {
  long n = p->channels, taps = p->window_wide;
  for (long i = 0; i < p->out_high; i++)
    for (long j = 0; j < p->out_wide; j++, gradient += n, argmax += n) {
      struct window w = window_at(p, i, j);
      float *first = to + w.y * row + w.x * n;
      int usual = w.high == 2 && w.wide == 2 && taps == 2;
      long c = 0;
      for (; c + LANES <= n; c += LANES) {
        NAME(mask) part = (NAME(mask))LOAD(vector, gradient + c);
        NAME(mask) place = __builtin_convertvector(LOAD(bytes, argmax + c), NAME(mask)) - (int)w.tap;
        if (usual)
          NAME(give)(part, place, first + c, 2, 2, n, row, 2);
        else
          NAME(give)(part, place, first + c, w.high, w.wide, n, row, taps);
      }
      for (; c < n; c++) {
        long tap = argmax[c] - w.tap, y = tap / taps, x = tap % taps;
        first[y * row + x * n + c] += gradient[c];
      }
    }
}
