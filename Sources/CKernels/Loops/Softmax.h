// softmax and its logarithm over rows.

// The largest value of a row, leaving NaN out: its exponential makes the row's sum NaN anyway.
INLINE float row_maximum(const float *x, long count) {
  vf most = splat(-INFINITY);
  EACH_VECTOR(i, some, count) {
    vf v = load_some(x + i, some);
    most = larger(some == LANES ? v : keep_lanes(v, some, -INFINITY), most);
  }
  return max_lanes(most);
}

// e[i] = e^(x[i] − maximum) where `e` is given; returns their sum. `e` may be `x`.
INLINE float row_exponentials(const float *x, long count, float maximum, float *e) {
  vf sums[2] = {0, 0};
  EACH_VECTOR_OF_PAIR(i, some, which, count) {
    vf v = exponential(load_some(x + i, some) - maximum);
    if (e) store_some(e + i, v, some);
    sums[which] += some == LANES ? v : keep_lanes(v, some, 0);
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
    EACH_VECTOR(i, some, columns) {
      store_some(row + i, (load_some(row + i, some) - maximum) - log_sum, some);
    }
  }
}

static void softmax_backward(long rows, long columns, const float *output, float *gradient) {
  for (long r = 0; r < rows; r++) {
    const float *y = output + r * columns;
    float *g = gradient + r * columns;
    vf sums[2] = {0, 0};
    EACH_VECTOR_OF_PAIR(i, some, which, columns) {
      sums[which] = muladd(load_some(y + i, some), load_some(g + i, some), sums[which]);
    }
    float dot = sum_lanes(sums[0] + sums[1]);
    EACH_VECTOR(i, some, columns) {
      store_some(g + i, load_some(y + i, some) * (load_some(g + i, some) - dot), some);
    }
  }
}
