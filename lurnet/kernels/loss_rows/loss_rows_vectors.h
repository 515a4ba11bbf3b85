/* How far a row of outputs is from its target, and the gradient of that by the outputs. */

/* The largest of a row's numbers, and the sum of e^(number - largest). */
INSIDE float NAME(sum_of_powers)(const float *z, long n, float *top) {
  *top = NAME(top)(z, n);
  NAME(vector) sums = ALL(0.0f);
  for (long c = 0; c < n; c += LANES)
    sums += NAME(exponential)(NAME(load)(z + c, n - c, -INFINITY) - *top);
  return REDUCED(sums, add);
}

INSIDE float NAME(log_of)(float x) { return NAME(logarithm)(ALL(x))[0]; }

INSIDE NAME(vector) NAME(clipped)(NAME(vector) x, float epsilon) {
  NAME(vector) most = ALL(1 - epsilon), least = ALL(epsilon);
  x = CHOSEN(vector, (x < epsilon), least, x);
  return CHOSEN(vector, (x > most), most, x);
}

/* ---- targets that are the number of a class ---- */

INSIDE long NAME(class_of)(float target, long classes) { /* -1 if there is none such */
  if (target != target) return 0; /* as XLA makes an integer of it */
  return target > -1 && target < classes ? (long)target : -1;
}

/* How many of n numbers are infinite or none: 0 times those is no number, though they count 0 times. */
INSIDE long NAME(broken)(const float *x, long n) {
  float sum = NAME(add)(x, n);
  long found = 0;
  for (long c = 0; sum - sum != 0 && c < n; c++) found += x[c] - x[c] != 0;
  return found;
}

/* The gradient of shares of nothing, or of infinitely much, where that is so. */
INSIDE int NAME(is_without_gradient)(const float *x, long n, float *out) {
  if (NAME(add)(x, n) != 0 && !NAME(broken)(x, n)) return 0;
  for (long c = 0; c < n; c++) out[c] = NAN;
  return 1;
}

INSIDE float NAME(sparse_ce)(const struct losses *d, const float *output, long target) {
  long n = d->columns;
  int endless = d->kind == SPARSE_CE_LOGITS && target >= 0 && output[target] == -INFINITY;
  if (NAME(broken)(output, n) > endless) return NAN;
  if (target < 0) return 0;
  if (d->kind == SPARSE_CE_LOGITS) {
    float top, sum = NAME(sum_of_powers)(output, n, &top);
    return NAME(log_of)(sum) - (output[target] - top);
  }
  float share = output[target] / NAME(add)(output, n);
  return -NAME(log_of)(NAME(clipped)(ALL(share), d->epsilon)[0]);
}

INSIDE void NAME(sparse_ce_grad)(const struct losses *d, const float *output, long target,
                                      float g, float *out) {
  long n = d->columns;
  float top = 0, sum, share = 0;
  int inside = target >= 0, logits = d->kind == SPARSE_CE_LOGITS;
  if (!logits && NAME(is_without_gradient)(output, n, out)) return;
  if (logits) {
    sum = NAME(sum_of_powers)(output, n, &top);
  } else if (inside) {
    sum = NAME(add)(output, n), share = output[target] / sum;
    inside = !(share < d->epsilon || share > 1 - d->epsilon);
  }
  for (long c = 0; c < n; c += LANES) {
    NAME(vector) v = ALL(0.0f);
    if (inside && logits) v = g * NAME(exponential)(NAME(load)(output + c, n - c, 0) - top) / sum;
    if (inside && !logits) v = ALL(g / sum);
    NAME(store)(out + c, n - c, v);
  }
  if (inside) out[target] -= logits ? g : g / (sum * share);
}

/* ---- targets that are a distribution over the classes ---- */

INSIDE float NAME(dense_ce)(const struct losses *d, const float *output, const float *target) {
  long n = d->columns;
  NAME(vector) sums = ALL(0.0f);
  if (d->kind == DENSE_CE_LOGITS) {
    float top, log = NAME(log_of)(NAME(sum_of_powers)(output, n, &top));
    for (long c = 0; c < n; c += LANES)
      sums += NAME(load)(target + c, n - c, 0) * (log - (NAME(load)(output + c, n - c, top) - top));
    return REDUCED(sums, add);
  }
  float whole = NAME(add)(output, n);
  for (long c = 0; c < n; c += LANES) {
    NAME(vector) share = NAME(clipped)(NAME(load)(output + c, n - c, 1) / whole, d->epsilon);
    sums -= NAME(load)(target + c, n - c, 0) * NAME(logarithm)(share);
  }
  return REDUCED(sums, add);
}

INSIDE void NAME(dense_ce_grad)(const struct losses *d, const float *output,
                                       const float *target, float g, float *out) {
  long n = d->columns;
  int logits = d->kind == DENSE_CE_LOGITS;
  if (!logits && NAME(is_without_gradient)(output, n, out)) return;
  float top = 0, whole = logits ? NAME(sum_of_powers)(output, n, &top) : NAME(add)(output, n);
  NAME(vector) sums = ALL(0.0f);
  for (long c = 0; c < n; c += LANES) { /* minus the derivative by the share, times the share */
    NAME(vector) t = NAME(load)(target + c, n - c, 0), p = NAME(load)(output + c, n - c, 0) / whole;
    if (!logits) t = CHOSEN(vector, ((p < d->epsilon) | (p > 1 - d->epsilon)), ALL(0.0f), t);
    sums += t;
    NAME(store)(out + c, n - c, t);
  }
  float sum = REDUCED(sums, add);
  for (long c = 0; c < n; c += LANES) {
    NAME(vector) t = NAME(load)(out + c, n - c, 0), x = NAME(load)(output + c, n - c, 1);
    NAME(vector) slope;
    if (logits)
      slope = NAME(exponential)(x - top) / whole * sum - t;
    else
      slope = sum / whole - CHOSEN(vector, (t == 0), ALL(0.0f), (t / x));
    NAME(store)(out + c, n - c, g * slope);
  }
}

/* ---- targets for each output: the mean over the row ---- */

INSIDE NAME(vector) NAME(of_number)(NAME(vector) t, NAME(vector) x, enum row_loss kind,
                                      float epsilon) {
  if (kind == MSE) return (t - x) * (t - x);
  if (kind == MAE) return NAME(positive)(t - x);
  if (kind == BINARY_CE_LOGITS) {
    NAME(vector) above = CHOSEN(vector, ((x > 0) | (x != x)), x, ALL(0.0f)), below = above - x;
    NAME(vector) e = NAME(exponential)(-NAME(positive)(x)), sum = 1 + e; /* rounded: by e - (sum - 1) */
    NAME(vector) log = NAME(logarithm)(sum) + (e - (sum - 1)) / sum;
    below = CHOSEN(vector, (x > 0), ALL(0.0f), below); /* infinity less itself is none */
    return t * (below + log) + (1 - t) * (above + log);
  }
  NAME(vector) p = NAME(clipped)(x, epsilon);
  return -(t * NAME(logarithm)(p) + (1 - t) * NAME(logarithm)(1 - p));
}

INSIDE NAME(vector) NAME(of_number_grad)(NAME(vector) t, NAME(vector) x,
                                               enum row_loss kind, float epsilon) {
  if (kind == MSE) return 2 * (x - t);
  if (kind == BINARY_CE_LOGITS) return (1 - t) * NAME(sigmoid)(x) - t * NAME(sigmoid)(-x);
  if (kind == MAE) {
    return CHOSEN(vector, (t - x >= 0), ALL(-1.0f), ALL(1.0f)); /* as JAX's, where they are equal */
  }
  NAME(vector) slope = (1 - t) / (1 - x) - t / x;
  return CHOSEN(vector, ((x < epsilon) | (x > 1 - epsilon)), (0 * t), slope);
}

INSIDE void NAME(mean_of_row)(const struct losses *d, long from, long to,
                               enum row_loss kind) {
  const float *target = d->target, *output = d->output;
  long n = d->columns;
  for (long row = from; row < to && n != 1; row++) {
    NAME(vector) sums = ALL(0.0f);
    for (long at = row * n, left = n; left > 0; at += LANES, left -= LANES) {
      NAME(vector) t = NAME(load)(target + at, left, 0), x = NAME(load)(output + at, left, 0);
      sums += NAME(first)(NAME(of_number)(t, x, kind, d->epsilon), left);
    }
    d->out[row] = REDUCED(sums, add) / n;
  }
  for (long at = from; at < to && n == 1; at += LANES) {
    NAME(vector) t = NAME(load)(target + at, to - at, 0), x = NAME(load)(output + at, to - at, 0);
    NAME(store)(d->out + at, to - at, NAME(of_number)(t, x, kind, d->epsilon));
  }
}

INSIDE void NAME(mean_of_row_grad)(const struct losses *d, long from, long to,
                                        enum row_loss kind) {
  const float *target = d->target, *output = d->output, *gradient = d->gradient;
  long n = d->columns, step = n == 1 ? LANES : 1; /* rows of one number: a register of them */
  for (long row = from; row < to; row += step) {
    long left = n == 1 ? to - row : n;
    NAME(vector) g = n == 1 ? NAME(load)(gradient + row, left, 0) : ALL(gradient[row] / n);
    for (long at = row * n, end = n == 1 ? at + 1 : at + n; at < end; at += LANES, left -= LANES) {
      NAME(vector) t = NAME(load)(target + at, left, 0), x = NAME(load)(output + at, left, 0);
      NAME(store)(d->out + at, left, g * NAME(of_number_grad)(t, x, kind, d->epsilon));
    }
  }
}

/* ---- rows from..to of any kind ---- */

TARGET static void NAME(loss_rows)(const struct losses *d, long from, long to) {
  switch (d->kind) { /* so that each is compiled apart */
    case MSE: NAME(mean_of_row)(d, from, to, MSE); return;
    case MAE: NAME(mean_of_row)(d, from, to, MAE); return;
    case BINARY_CE: NAME(mean_of_row)(d, from, to, BINARY_CE); return;
    case BINARY_CE_LOGITS: NAME(mean_of_row)(d, from, to, BINARY_CE_LOGITS); return;
    default: break;
  }
  int by_class = d->kind == SPARSE_CE || d->kind == SPARSE_CE_LOGITS;
  for (long row = from, n = d->columns; row < to; row++)
    d->out[row] = by_class
                      ? NAME(sparse_ce)(d, d->output + row * n, NAME(class_of)(d->target[row], n))
                      : NAME(dense_ce)(d, d->output + row * n, d->target + row * n);
}

TARGET static void NAME(loss_rows_grad)(const struct losses *d, long from, long to) {
  switch (d->kind) {
    case MSE: NAME(mean_of_row_grad)(d, from, to, MSE); return;
    case MAE: NAME(mean_of_row_grad)(d, from, to, MAE); return;
    case BINARY_CE: NAME(mean_of_row_grad)(d, from, to, BINARY_CE); return;
    case BINARY_CE_LOGITS: NAME(mean_of_row_grad)(d, from, to, BINARY_CE_LOGITS); return;
    default: break;
  }
  int by_class = d->kind == SPARSE_CE || d->kind == SPARSE_CE_LOGITS;
  for (long row = from, n = d->columns; row < to; row++) {
    const float *output = d->output + row * n;
    float *out = d->out + row * n, g = d->gradient[row];
    if (by_class)
      NAME(sparse_ce_grad)(d, output, NAME(class_of)(d->target[row], n), g, out);
    else
      NAME(dense_ce_grad)(d, output, d->target + row * n, g, out);
  }
}
