// Bias and activation, and their gradients.

INLINE vf activation(enum kernel_activation f, vf a, vf x) {
  switch (f) {
    case KERNEL_IDENTITY:
      return x;
    case KERNEL_STEP:
      return x >= 0.0f ? splat(1) : (x < 0.0f ? splat(0) : x);
    case KERNEL_SIGMOID:
      return sigmoid(x);
    case KERNEL_TANH:
      return hyperbolic_tangent(x);
    case KERNEL_RELU:
      return larger(splat(0), x);
    case KERNEL_LEAKY_RELU:
      return x > 0.0f ? x : x * a;
    case KERNEL_ELU:
      return x > 0.0f ? x : a * exponential_minus_one(smaller(splat(0), x));
    case KERNEL_SOFTPLUS:
      return softplus(x);
    case KERNEL_GELU:
      return x > -15.0f ? x * normal(x).cumulative : (x == x ? splat(-0.0f) : x);
    case KERNEL_SILU:
      return x > -100.0f ? x * sigmoid(x) : (x == x ? splat(-0.0f) : x);
  }
}

// f′, from y = f(x) or, for the last three, from x.
INLINE vf slope(enum kernel_activation f, vf a, vf y, vf x) {
  switch (f) {
    case KERNEL_IDENTITY:
      return splat(1);
    case KERNEL_STEP:
      return splat(0);
    case KERNEL_SIGMOID:
      return y * (1.0f - y);
    case KERNEL_TANH:
      return muladd(-y, y, splat(1));
    case KERNEL_RELU:
      return y > 0.0f ? splat(1) : splat(0);
    case KERNEL_LEAKY_RELU:
      return y > 0.0f ? splat(1) : a;
    case KERNEL_ELU:
      return y > 0.0f ? splat(1) : y + a;
    case KERNEL_SOFTPLUS:
      return sigmoid(x);
    case KERNEL_GELU: {
      struct normal_parts parts = normal(x);
      // The density is 0 beyond ±15, where x may be infinite.
      vf inner = smaller(splat(15.0f), larger(splat(-15.0f), x));
      return muladd(inner, parts.density, parts.cumulative);
    }
    case KERNEL_SILU: {
      vf s = sigmoid(x), inner = smaller(splat(100.0f), larger(splat(-100.0f), x));
      return s * muladd(inner, 1.0f - s, splat(1));
    }
  }
}

INLINE void activate_row(
    enum kernel_activation f, float parameter, long count, float *values, const float *bias,
    float *preactivation) {
  vf a = splat(parameter);
  EACH_VECTOR(i, some, count) {
    vf x = load_some(values + i, some);
    if (bias) x = x + load_some(bias + i, some);
    if (preactivation) store_some(preactivation + i, x, some);
    store_some(values + i, activation(f, a, x), some);
  }
}

// Calls `loop` with a constant function, so that the choice is made once and not per value.
#define FOR_EACH_ACTIVATION(f, loop) \
  switch (f) { \
    case KERNEL_IDENTITY: loop(KERNEL_IDENTITY); break; \
    case KERNEL_STEP: loop(KERNEL_STEP); break; \
    case KERNEL_SIGMOID: loop(KERNEL_SIGMOID); break; \
    case KERNEL_TANH: loop(KERNEL_TANH); break; \
    case KERNEL_RELU: loop(KERNEL_RELU); break; \
    case KERNEL_LEAKY_RELU: loop(KERNEL_LEAKY_RELU); break; \
    case KERNEL_ELU: loop(KERNEL_ELU); break; \
    case KERNEL_SOFTPLUS: loop(KERNEL_SOFTPLUS); break; \
    case KERNEL_GELU: loop(KERNEL_GELU); break; \
    case KERNEL_SILU: loop(KERNEL_SILU); break; \
  }

// Rows that are shorter than this are treated LANES at a time, as one row with its bias repeated.
enum { SHORT_ROW = 32 };

static void activate(
    enum kernel_activation f, float parameter, long rows, long columns, float *values,
    const float *bias, float *preactivation) {
  float repeated[SHORT_ROW * LANES];
  long last_row = 0;  // the length of a shorter row after the others
  if (!bias) {
    columns *= rows;
    rows = columns > 0;
  } else if (columns < SHORT_ROW) {
    for (long i = 0; i < columns * LANES; i += columns) {
      memcpy(repeated + i, bias, (size_t)columns * sizeof *bias);
    }
    bias = repeated;
    last_row = rows % LANES * columns;
    rows /= LANES;
    columns *= LANES;
  }
#define ROW(kind, r, count) \
  activate_row(kind, parameter, count, values + (r) * columns, bias, \
               preactivation ? preactivation + (r) * columns : 0)
#define LOOP(kind) \
  for (long r = 0; r < rows; r++) ROW(kind, r, columns); \
  if (last_row > 0) ROW(kind, rows, last_row)
  FOR_EACH_ACTIVATION(f, LOOP)
#undef LOOP
#undef ROW
}

// Four rows (or one) at a time: the gradient of the preactivation, and its sum over rows.
INLINE void backward_rows(
    enum kernel_activation f, vf a, int rows, long columns, const float *output,
    const float *preactivation, float *gradient, float *sums, bool add_to_sums) {
  EACH_VECTOR(i, some, columns) {
    vf g[4];
#pragma unroll
    for (int r = 0; r < rows; r++) {
      long at = r * columns + i;
      g[r] = load_some(gradient + at, some);
      if (f == KERNEL_IDENTITY) continue;
      vf y = load_some(output + at, some);
      vf x = preactivation ? load_some(preactivation + at, some) : y;
      g[r] = g[r] * slope(f, a, y, x);
      store_some(gradient + at, g[r], some);
    }
    if (!sums) continue;
    vf sum = rows == 4 ? (g[0] + g[1]) + (g[2] + g[3]) : g[0];
    store_some(sums + i, add_to_sums ? load_some(sums + i, some) + sum : sum, some);
  }
}

static void activate_backward(
    enum kernel_activation f, float parameter, long rows, long columns, const float *output,
    const float *preactivation, float *gradient, float *bias_gradient, bool accumulate) {
  vf a = splat(parameter);
  if (rows == 0 && bias_gradient && !accumulate) {
    for (long i = 0; i < columns; i++) bias_gradient[i] = 0;
  }
#define ROWS(kind, count) \
  backward_rows(kind, a, count, columns, output + r * columns, \
                preactivation ? preactivation + r * columns : 0, gradient + r * columns, \
                bias_gradient, accumulate || r > 0)
#define LOOP(kind) \
  { \
    long r = 0; \
    for (; r + 4 <= rows; r += 4) ROWS(kind, 4); \
    for (; r < rows; r++) ROWS(kind, 1); \
  }
  FOR_EACH_ACTIVATION(f, LOOP)
#undef LOOP
#undef ROWS
}
