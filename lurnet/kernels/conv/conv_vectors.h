/* Convolutions with few filters, for which a register of filters would be mostly empty: here a
 * register holds what one window multiplies. */

/* One number for each filter: sums over `segments` runs of `depth` products. The kernel lies as
 * (filters, segments, depth). */
TARGET static void NAME(dots)(const float *window, long step, const float *kernel, long filters,
                              long segments, long depth, float *out) {
  for (long f = 0; f < filters; f++) {
    NAME(vector) sums = {0};
    float rest = 0;
    for (long s = 0; s < segments; s++, kernel += depth) {
      const float *x = window + s * step;
      long k = 0;
      for (; k + LANES <= depth; k += LANES)
        sums += *(const NAME(vector) *)(x + k) * *(const NAME(vector) *)(kernel + k);
      for (; k < depth; k++) rest += x[k] * kernel[k];
    }
    float halves[LANES];
    *(NAME(vector) *)halves = sums;
    for (int half = LANES / 2; half > 0; half /= 2)
      for (int i = 0; i < half; i++) halves[i] += halves[i + half];
    out[f] = halves[0] + rest;
  }
}
