// Softmax cross-entropy with its gradient, in one pass over the logits.
//
// Of a row with maximum M: loss = Σ mass·log Σ eˣ⁻ᴹ − Σ mass·(x − M), gradient = p·Σ mass − mass,
// both times the row's weight. A class's mass is 1 for the label, before smoothing and weights.

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
  EACH_VECTOR(c, some, job->classes) {
    vf mass = class_mass(job, at, c, some);
    if (some < LANES) mass = keep_lanes(mass, some, 0);
    vf shifted = load_some(job->logits + at + c, some) - maximum;
    totals = totals + mass;
    dots = mass != 0.0f ? muladd(mass, shifted, dots) : dots;
  }
  *total += sum_lanes(totals);
  *dot += sum_lanes(dots);
}

// A row at a time.
static struct kernel_sum cross_entropy_by_rows(const struct kernel_cross_entropy *job) {
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
    EACH_VECTOR(c, some, classes) {
      float *g = job->gradient + at + c;
      vf value = load_some(g, some) * factor;
      if (spread) value = value - class_mass(job, at, c, some) * weight;
      store_some(g, value, some);
    }
    if (label >= 0) job->gradient[label] -= weight * label_mass;
  }
  return sum;
}

// The most classes for which LANES rows at a time, a row in each lane, is faster.
enum { FEW_CLASSES = 16 };

// The masses of class c for LANES rows; `targets` holds them transposed.
INLINE vf few_class_masses(
    const struct kernel_cross_entropy *job, const float *targets, vi labels, int c) {
  vf mass = splat(job->smoothing / (float)job->classes);
  float certain = 1 - job->smoothing;
  if (job->targets) mass = muladd(load(targets + c * LANES), splat(certain), mass);
  else mass = labels == c ? mass + certain : mass;
  return job->class_weights ? mass * job->class_weights[c] : mass;
}

static struct kernel_sum cross_entropy_by_lanes(const struct kernel_cross_entropy *job) {
  struct kernel_sum sum = {0, 0};
  int classes = (int)job->classes;
  float x[FEW_CLASSES * LANES] = {0}, targets[FEW_CLASSES * LANES] = {0};
  for (long r = 0; r < job->rows; r += LANES) {
    long some = job->rows - r < LANES ? job->rows - r : LANES;
    transpose(some, classes, job->logits + r * classes, classes, x, LANES);
    if (job->targets) transpose(some, classes, job->targets + r * classes, classes, targets, LANES);
    vf weights = job->weights ? load_some(job->weights + r, some) : splat(1);
    vi labels = -1;
    if (job->labels) memcpy(&labels, job->labels + r, (size_t)some * sizeof *job->labels);

    vf maximum = splat(-INFINITY), total = splat(0), dot = splat(0), exponentials = splat(0);
    for (int c = 0; c < classes; c++) maximum = larger(load(x + c * LANES), maximum);
    for (int c = 0; c < classes; c++) {
      vf shifted = load(x + c * LANES) - maximum, e = exponential(shifted);
      vf mass = few_class_masses(job, targets, labels, c);
      total = total + mass;
      dot = mass != 0.0f ? muladd(mass, shifted, dot) : dot;
      exponentials = exponentials + e;
      store(x + c * LANES, e);
    }
    vf log_sum = logarithm(exponentials);
    for (long i = 0; i < some; i++) {
      double weight = weights[i];
      sum.loss += weight * ((double)total[i] * log_sum[i] - dot[i]);
      if (job->labels && job->class_weights) weight *= job->class_weights[job->labels[r + i]];
      sum.weight += weight;
    }
    if (!job->gradient) continue;
    vf factor = weights * total / exponentials;
    for (int c = 0; c < classes; c++) {
      vf mass = few_class_masses(job, targets, labels, c);
      store(x + c * LANES, load(x + c * LANES) * factor - mass * weights);
    }
    transpose(classes, some, x, LANES, job->gradient + r * classes, classes);
  }
  return sum;
}

static struct kernel_sum cross_entropy(const struct kernel_cross_entropy *job) {
  return job->classes <= FEW_CLASSES ? cross_entropy_by_lanes(job) : cross_entropy_by_rows(job);
}
