/* Dropout of numbers from..to. */

TARGET static inline uint32_t NAME(mixed)(uint32_t bits) {
  bits = (bits ^ (bits >> 16)) * 0x85EBCA6Bu;
  bits = (bits ^ (bits >> 13)) * 0xC2B2AE35u;
  return bits ^ (bits >> 16);
}

TARGET static void NAME(drop)(const struct dropout *d, long from, long to) {
  const uint32_t golden = 0x9E3779B1u;
  uint32_t start = NAME(mixed)(d->key[0] ^ NAME(mixed)(d->key[1] + golden));
  uint32_t twist = NAME(mixed)(d->key[1] ^ NAME(mixed)(start + golden));
  const float *x = d->x, rate = d->rate;
  const uint32_t limit = rate < 1 ? (uint32_t)(rate * 4294967296.0f) : UINT32_MAX; /* as XLA converts */
  float *y = d->y, scale = rate < 1 ? 1 / (1 - rate) : 0; /* as XLA divides by one number */
  const long first = from, count = to - from;
  EACH(i) {
    uint32_t bits = NAME(mixed)(NAME(mixed)((uint32_t)(first + i) * golden + start) ^ twist);
    y[first + i] = bits >= limit ? x[first + i] * scale : 0;
  }
}
