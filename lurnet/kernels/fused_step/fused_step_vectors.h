/* Steps of optimizers, number by number. */

TARGET static void NAME(sgd)(const float *numbers, const float *const *from, float *const *to,
                             long count) {
  const float rate = numbers[0], *w = from[0], *g = from[1];
  float *new_w = to[0];
  EACH(i) new_w[i] = w[i] - rate * g[i];
}

TARGET static void NAME(momentum)(const float *numbers, const float *const *from, float *const *to,
                                  long count) {
  const float rate = numbers[0], kept = numbers[1], *w = from[0], *g = from[1], *v = from[2];
  float *new_w = to[0], *new_v = to[1];
  EACH(i) {
    float step = v[i] * kept - rate * g[i];
    new_w[i] = w[i] + step;
    new_v[i] = step;
  }
}

TARGET static void NAME(nesterov)(const float *numbers, const float *const *from, float *const *to,
                                  long count) {
  const float rate = numbers[0], kept = numbers[1], *w = from[0], *g = from[1], *v = from[2];
  float *new_w = to[0], *new_v = to[1];
  EACH(i) {
    float down = rate * g[i], step = v[i] * kept - down;
    new_w[i] = w[i] + (step * kept - down);
    new_v[i] = step;
  }
}

TARGET static void NAME(adam)(const float *numbers, const float *const *from, float *const *to,
                              long count) {
  const float rate = numbers[0], first = numbers[1], second = numbers[2], epsilon = numbers[3];
  const float *w = from[0], *g = from[1], *m = from[2], *v = from[3];
  float *new_w = to[0], *new_m = to[1], *new_v = to[2];
  EACH(i) {
    float mean = m[i] + (g[i] - m[i]) * first, square = v[i] + (g[i] * g[i] - v[i]) * second;
    new_w[i] = w[i] - mean * rate / (sqrtf(square) + epsilon);
    new_m[i] = mean;
    new_v[i] = square;
  }
}

TARGET static void NAME(rmsprop)(const float *numbers, const float *const *from, float *const *to,
                                 long count) {
  const float rate = numbers[0], kept = numbers[1], new = numbers[2], epsilon = numbers[3];
  const float *w = from[0], *g = from[1], *v = from[2];
  float *new_w = to[0], *new_v = to[1];
  EACH(i) {
    float square = kept * v[i] + new * g[i] * g[i];
    new_w[i] = w[i] - rate * g[i] / sqrtf(square + epsilon);
    new_v[i] = square;
  }
}

TARGET static void NAME(rmsprop_momentum)(const float *numbers, const float *const *from,
                                          float *const *to, long count) {
  const float rate = numbers[0], kept = numbers[1], new = numbers[2], epsilon = numbers[3];
  const float momentum = numbers[4], *w = from[0], *g = from[1], *v = from[2], *last = from[3];
  float *new_w = to[0], *new_v = to[1], *new_step = to[2];
  EACH(i) {
    float square = kept * v[i] + new * g[i] * g[i];
    float step = momentum * last[i] + rate * g[i] / sqrtf(square + epsilon);
    new_w[i] = w[i] - step;
    new_v[i] = square;
    new_step[i] = step;
  }
}
