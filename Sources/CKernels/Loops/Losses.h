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
    for (long i = r * columns, end = i + columns; i < end; i += LANES) {
      long some = end - i < LANES ? end - i : LANES;
      struct element_loss e = element_loss(
          kind, parameter, load_some(outputs + i, some), load_some(targets + i, some));
      add_wide(&sum, some == LANES ? e.loss : keep_lanes(e.loss, some, 0));
      if (gradient) store_some(gradient + i, e.derivative * factor, some);
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

// How much a class counts in a row's loss −Σ mass·log p, besides what its label adds.
INLINE vf class_mass(const struct kernel_cross_entropy *job, long at, long c, long some) {
  vf mass = splat(job->smoothing / (float)job->classes);
  if (job->targets) {
    mass = muladd(load_some(job->targets + at + c, some), splat(1 - job->smoothing), mass);
  }
  if (job->class_weights) mass = mass * load_some(job->class_weights + c, some);
  return mass;
}

// Of a row whose masses are not all on its label: Σ mass, and Σ mass·(x − maximum).
INLINE void spread_masses(
    const struct kernel_cross_entropy *job, long at, float maximum, float *total, float *dot) {
  vf totals = splat(0), dots = splat(0);
  for (long c = 0; c < job->classes; c += LANES) {
    long some = job->classes - c < LANES ? job->classes - c : LANES;
    vf mass = class_mass(job, at, c, some);
    if (some < LANES) mass = keep_lanes(mass, some, 0);
    vf shifted = load_some(job->logits + at + c, some) - maximum;
    totals = totals + mass;
    dots = mass != 0.0f ? muladd(mass, shifted, dots) : dots;
  }
  *total += sum_lanes(totals);
  *dot += sum_lanes(dots);
}

// loss = Σ mass·log Σ eˣ⁻ᵐᵃˣ − Σ mass·(x − max); gradient = p·Σ mass − mass, both times the weight.
static struct kernel_sum cross_entropy(const struct kernel_cross_entropy *job) {
  struct kernel_sum sum = {0, 0};
  long classes = job->classes;
  bool spread = job->targets || job->smoothing != 0;
  for (long r = 0; r < job->rows; r++) {
    long at = r * classes, label = job->labels ? at + job->labels[r] : -1;
    const float *logits = job->logits + at;
    float weight = job->weights ? job->weights[r] : 1, label_weight = 1, label_mass = 0;
    float maximum = row_maximum(logits, classes), total = 0, dot = 0;
    if (label >= 0) {
      if (job->class_weights) label_weight = job->class_weights[label - at];
      label_mass = label_weight * (1 - job->smoothing);
      total = label_mass;
      if (label_mass != 0) dot = label_mass * (job->logits[label] - maximum);
    }
    if (spread) spread_masses(job, at, maximum, &total, &dot);
    float exponentials =
        row_exponentials(logits, classes, maximum, job->gradient ? job->gradient + at : 0);
    float log_sum = logarithm(splat(exponentials))[0];
    sum.loss += (double)weight * ((double)total * log_sum - dot);
    sum.weight += (double)weight * label_weight;
    if (!job->gradient) continue;
    float factor = weight * total / exponentials;
    for (long c = 0; c < classes; c += LANES) {
      long some = classes - c < LANES ? classes - c : LANES;
      float *g = job->gradient + at + c;
      vf value = load_some(g, some) * factor;
      if (spread) value = value - class_mass(job, at, c, some) * weight;
      store_some(g, value, some);
    }
    if (label >= 0) job->gradient[label] -= weight * label_mass;
  }
  return sum;
}
