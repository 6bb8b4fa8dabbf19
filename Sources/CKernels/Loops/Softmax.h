// softmax and its logarithm over rows.

// The largest value of a row; NaN where the row holds one.
INLINE float row_maximum(const float *x, long count) {
  vf most = splat(-INFINITY), bad = splat(0);
  for (long i = 0; i < count; i += LANES) {
    long some = count - i < LANES ? count - i : LANES;
    vf v = load_some(x + i, some);
    bad = bad + (v != v ? v : splat(0));
    most = larger(some == LANES ? v : keep_lanes(v, some, -INFINITY), most);
  }
  return max_lanes(most) + sum_lanes(bad);
}

// e[i] = e^(x[i] − maximum) where `e` is given; returns their sum. `e` may be `x`.
INLINE float row_exponentials(const float *x, long count, float maximum, float *e) {
  vf sums[2] = {0, 0};
  for (long i = 0; i < count; i += LANES) {
    long some = count - i < LANES ? count - i : LANES;
    vf v = exponential(load_some(x + i, some) - maximum);
    if (e) store_some(e + i, v, some);
    sums[i / LANES & 1] += some == LANES ? v : keep_lanes(v, some, 0);
  }
  return sum_lanes(sums[0] + sums[1]);
}

static void softmax(long rows, long columns, float *values) {
  for (long r = 0; r < rows; r++) {
    float *row = values + r * columns;
    float sum = row_exponentials(row, columns, row_maximum(row, columns), row);
    scale(columns, 1.0f / sum, row);
  }
}

static void log_softmax(long rows, long columns, float *values) {
  for (long r = 0; r < rows; r++) {
    float *row = values + r * columns;
    float maximum = row_maximum(row, columns);
    vf log_sum = logarithm(splat(row_exponentials(row, columns, maximum, 0)));
    for (long i = 0; i < columns; i += LANES) {
      long some = columns - i < LANES ? columns - i : LANES;
      store_some(row + i, (load_some(row + i, some) - maximum) - log_sum, some);
    }
  }
}

static void softmax_backward(long rows, long columns, const float *output, float *gradient) {
  for (long r = 0; r < rows; r++) {
    const float *y = output + r * columns;
    float *g = gradient + r * columns;
    vf sums[2] = {0, 0};
    for (long i = 0; i < columns; i += LANES) {
      long some = columns - i < LANES ? columns - i : LANES;
      vf *sum = &sums[i / LANES & 1];
      *sum = muladd(load_some(y + i, some), load_some(g + i, some), *sum);
    }
    float dot = sum_lanes(sums[0] + sums[1]);
    for (long i = 0; i < columns; i += LANES) {
      long some = columns - i < LANES ? columns - i : LANES;
      store_some(g + i, load_some(y + i, some) * (load_some(g + i, some) - dot), some);
    }
  }
}
