// Losses with their gradients.

struct element_loss {
  vf loss, derivative;
};

INLINE struct element_loss element_loss(enum kernel_loss kind, float parameter, vf x, vf t) {
  vf d = x - t;
  switch (kind) {
    case KERNEL_SQUARED:
      return (struct element_loss){d * d, d + d};
    case KERNEL_ABSOLUTE:
      return (struct element_loss){absolute(d), absolute(d) > 0.0f ? with_sign(splat(1), d) : d};
    case KERNEL_HUBER: {
      vf size = absolute(d), delta = splat(parameter);
      vf outer = delta * (size - delta * 0.5f);
      return (struct element_loss){size > delta ? outer : d * d * 0.5f,
                                   size > delta ? with_sign(delta, d) : d};
    }
    case KERNEL_BINARY_CROSS_ENTROPY: {
      vf e = exponential(-absolute(x)), share = 1.0f / (1.0f + e);
      vf value = (larger(splat(0), x) - x * t) + logarithm_of_one_plus(e);
      return (struct element_loss){value, (x < 0.0f ? e * share : share) - t};
    }
  }
}

INLINE struct kernel_sum elementwise_loss(
    enum kernel_loss kind, float parameter, long rows, long columns, const float *outputs,
    const float *targets, const float *weights, float *gradient) {
  struct kernel_sum total = {0, 0};
  double share = columns > 0 ? 1.0 / (double)columns : 0;
  for (long r = 0; r < rows; r++) {
    float weight = weights ? weights[r] : 1;
    float factor = (float)(weight * share);
    struct wide_sum sum = {0, 0};
    long at = r * columns;
    EACH_VECTOR(i, some, columns) {
      struct element_loss e = element_loss(
          kind, parameter, load_some(outputs + at + i, some), load_some(targets + at + i, some));
      add_wide(&sum, some == LANES ? e.loss : keep_lanes(e.loss, some, 0));
      if (gradient) store_some(gradient + at + i, e.derivative * factor, some);
    }
    total.loss += weight * (wide_total(&sum) * share);
    total.weight += weight;
  }
  return total;
}

static struct kernel_sum loss(
    enum kernel_loss kind, float parameter, long rows, long columns, const float *outputs,
    const float *targets, const float *weights, float *gradient) {
#define LOSS(kind) \
  case kind: \
    return elementwise_loss( \
        kind, parameter, rows, columns, outputs, targets, weights, gradient)
  switch (kind) {
    LOSS(KERNEL_SQUARED);
    LOSS(KERNEL_ABSOLUTE);
    LOSS(KERNEL_HUBER);
    LOSS(KERNEL_BINARY_CROSS_ENTROPY);
  }
#undef LOSS
}
