/* A bias and an activation, and their gradient. */

INSIDE NAME(vector) NAME(tanh)(NAME(vector) x) {
  NAME(vector) size = NAME(positive)(x), e = NAME(exponential)(-2 * size);
  NAME(vector) large = (1 - e) / (1 + e);
  /* near 0, where the difference above would round: fitted to (tanh x / x - 1) / x^2, |x| <= 0.6 */
  const float factors[] = {0.0211162132f, -0.0538751371f, 0.133329242f, -0.333333313f};
  NAME(vector) square = x * x, sum = ALL(-0.00627638772f);
  for (int i = 0; i < 4; i++) sum = sum * square + factors[i];
  NAME(vector) small = size + size * square * sum;
  NAME(mask) sign = (NAME(mask))x & ~0x7fffffff;
  NAME(vector) y = CHOSEN(vector, (size < 0.6f), small, large);
  return (NAME(vector))((NAME(mask))y | sign);
}

INSIDE NAME(vector) NAME(activated)(NAME(vector) x, enum activation kind) {
  if (kind == RELU) return CHOSEN(vector, ((x > 0) | (x != x)), x, ALL(0.0f));
  if (kind == SIGMOID) return NAME(sigmoid)(x);
  return kind == TANH ? NAME(tanh)(x) : x;
}

/* The gradient g by the activation's value y as one by its input. */
INSIDE NAME(vector) NAME(activation_grad)(NAME(vector) g, NAME(vector) y, enum activation kind) {
  if (kind == RELU) return CHOSEN(vector, (y > 0), g, ALL(0.0f));
  return kind == SIGMOID ? g * (y * (1 - y)) : g * (1 - y * y);
}

INSIDE void NAME(softmax)(const float *x, const float *bias, float *y, long n) {
  NAME(vector) sums = ALL(0.0f);
  for (long c = 0; c < n; c += LANES) {
    NAME(vector) v = NAME(load)(x + c, n - c, 0);
    if (bias) v += NAME(load)(bias + c, n - c, 0);
    NAME(store)(y + c, n - c, v);
  }
  float top = NAME(top)(y, n);
  for (long c = 0; c < n; c += LANES) {
    NAME(vector) e = NAME(exponential)(NAME(load)(y + c, n - c, -INFINITY) - top);
    sums += e;
    NAME(store)(y + c, n - c, e);
  }
  float sum = REDUCED(sums, add);
  for (long c = 0; c < n; c += LANES) NAME(store)(y + c, n - c, NAME(load)(y + c, n - c, 0) / sum);
}

/* Rows of one number are computed as one row. */
INSIDE void NAME(bias_act_rows)(const struct bias_act *f, long from, long to, enum activation kind) {
  long n = f->columns, single = n == 1 && kind != SOFTMAX;
  long rows = single ? 1 : to - from, width = single ? to - from : n;
  for (long row = 0; row < rows; row++) {
    const float *x = f->x + from * n + row * width;
    float *y = f->y + from * n + row * width;
    if (kind == SOFTMAX) {
      NAME(softmax)(x, f->bias, y, n);
      continue;
    }
    for (long c = 0; c < width; c += LANES) {
      NAME(vector) v = NAME(load)(x + c, width - c, 0);
      if (f->bias) v += single ? ALL(f->bias[0]) : NAME(load)(f->bias + c, width - c, 0);
      NAME(store)(y + c, width - c, NAME(activated)(v, kind));
    }
  }
}

TARGET static void NAME(bias_act)(const struct bias_act *f, long from, long to) {
  switch (f->kind) { /* so that each is compiled apart */
    case LINEAR: NAME(bias_act_rows)(f, from, to, LINEAR); break;
    case RELU: NAME(bias_act_rows)(f, from, to, RELU); break;
    case SIGMOID: NAME(bias_act_rows)(f, from, to, SIGMOID); break;
    case TANH: NAME(bias_act_rows)(f, from, to, TANH); break;
    case SOFTMAX: NAME(bias_act_rows)(f, from, to, SOFTMAX); break;
  }
}

/* The gradient by x of rows from..to, and its sum over them, which is that by the bias. */
INSIDE void NAME(bias_act_grad_rows)(const struct bias_act_grad *u, long from, long to, float *sums,
                                enum activation kind) {
  long n = u->columns, single = n == 1 && kind != SOFTMAX;
  long rows = single ? 1 : to - from, width = single ? to - from : n;
  NAME(vector) of_single = ALL(0.0f);
  for (long c = 0; sums && c < n; c++) sums[c] = 0;
  for (long row = 0; row < rows; row++) {
    long at = from * n + row * width;
    const float *g = u->gradient + at, *y = u->y + at;
    float *out = u->out + at, common = 0;
    if (kind == SOFTMAX) {
      NAME(vector) products = ALL(0.0f);
      for (long c = 0; c < n; c += LANES)
        products += NAME(load)(g + c, n - c, 0) * NAME(load)(y + c, n - c, 0);
      common = REDUCED(products, add);
    }
    for (long c = 0, left = width; left > 0; c += LANES, left -= LANES) {
      NAME(vector) v = NAME(load)(g + c, left, 0);
      if (kind == SOFTMAX)
        v = (v - common) * NAME(load)(y + c, left, 0);
      else if (kind != LINEAR)
        v = NAME(activation_grad)(v, NAME(load)(y + c, left, 0), kind);
      if (kind != LINEAR) NAME(store)(out + c, left, v);
      if (single) of_single += v;
      else if (sums) NAME(store)(sums + c, left, v + NAME(load)(sums + c, left, 0));
    }
  }
  if (single && sums) sums[0] = REDUCED(of_single, add);
}

TARGET static void NAME(bias_act_grad)(const struct bias_act_grad *u, long from, long to, float *sums) {
  switch (u->kind) {
    case LINEAR: NAME(bias_act_grad_rows)(u, from, to, sums, LINEAR); break;
    case RELU: NAME(bias_act_grad_rows)(u, from, to, sums, RELU); break;
    case SIGMOID: NAME(bias_act_grad_rows)(u, from, to, sums, SIGMOID); break;
    case TANH: NAME(bias_act_grad_rows)(u, from, to, sums, TANH); break;
    case SOFTMAX: NAME(bias_act_grad_rows)(u, from, to, sums, SOFTMAX); break;
  }
}
