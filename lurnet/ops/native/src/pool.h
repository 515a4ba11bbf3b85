/* Max-pooling and its gradient for one image. Included once for each instruction set, as tile.h. */

typedef int NAME(mask) __attribute__((vector_size(4 * LANES), aligned(4)));

#define LOAD(type, from) (*(const NAME(type) *)(from))
#define CHOSEN(type, where, a, b)                                                                  \
  ((NAME(type))((where & (NAME(mask))(a)) | (~where & (NAME(mask))(b))))

TARGET static void NAME(pool)(const struct pooling *p, const float *image, float *out) {
  for (long row = 0; row < p->out_high; row++)
    for (long column = 0; column < p->out_wide; column++, out += p->channels) {
      struct window w = window_at(p, row, column);
      long c = 0;
      for (; c + LANES <= p->channels; c += LANES) {
        NAME(vector) best = LOAD(vector, image + w.first + c);
        for (long y = 0; y < w.high; y++)
          for (long x = 0; x < w.wide; x++) {
            NAME(vector) value = LOAD(vector, image + w.first + (y * p->wide + x) * p->channels + c);
            NAME(mask) larger = (value > best) | (value != value); /* NaN is the largest */
            best = CHOSEN(vector, larger, value, best);
          }
        *(NAME(vector) *)(out + c) = best;
      }
      for (; c < p->channels; c++) out[c] = image[largest(p, &w, image + c) + c];
    }
}

/* Each output's gradient goes to the first largest sample of its window; `to` holds zeros. */
TARGET static void NAME(pool_gradient)(const struct pooling *p, const float *image,
                                       const float *gradient, float *to) {
  for (long row = 0; row < p->out_high; row++)
    for (long column = 0; column < p->out_wide; column++, gradient += p->channels) {
      struct window w = window_at(p, row, column);
      long c = 0;
      for (; c + LANES <= p->channels; c += LANES) {
        NAME(vector) best = LOAD(vector, image + w.first + c), part = LOAD(vector, gradient + c);
        NAME(mask) place = {0};
        for (int y = 0, tap = 0; y < w.high; y++)
          for (int x = 0; x < w.wide; x++, tap++) {
            NAME(vector) value = LOAD(vector, image + w.first + (y * p->wide + x) * p->channels + c);
            NAME(mask) larger = (value > best) | (value != value);
            best = CHOSEN(vector, larger, value, best);
            place = CHOSEN(mask, larger, (NAME(mask)){0} + tap, place);
          }
        for (int y = 0, tap = 0; y < w.high; y++)
          for (int x = 0; x < w.wide; x++, tap++) {
            NAME(vector) *at = (NAME(vector) *)(to + w.first + (y * p->wide + x) * p->channels + c);
            *at += (NAME(vector))((place == tap) & (NAME(mask))part);
          }
      }
      for (; c < p->channels; c++) to[largest(p, &w, image + c) + c] += gradient[c];
    }
}

#undef LOAD
#undef CHOSEN
