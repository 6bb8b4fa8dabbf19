// One optimizer step over a tile, by PyTorch's formulas.

struct states {
  vf first, second, third;
};

// The new parameters; `s` holds the states before and after.
INLINE vf step(
    enum kernel_update_rule rule, bool flag, const struct kernel_update *u, vf g, vf p,
    struct states *s) {
  switch (rule) {
    case KERNEL_SGD:
      return muladd(g, splat(-u->rate), p);
    case KERNEL_SGD_FIRST_STEP:
    case KERNEL_SGD_MOMENTUM: {
      vf buffer = rule == KERNEL_SGD_FIRST_STEP
                      ? g
                      : muladd(s->first, splat(u->momentum), g * u->blend);
      s->first = buffer;
      vf direction = flag ? muladd(buffer, splat(u->momentum), g) : buffer;
      return muladd(direction, splat(-u->rate), p);
    }
    case KERNEL_RMSPROP: {
      vf square = muladd(s->first, splat(u->keep), g * g * u->blend);
      s->first = square;
      vf variance = square;
      if (flag) {
        vf average = muladd(g - s->third, splat(u->blend), s->third);
        s->third = average;
        variance = larger(splat(0), muladd(-average, average, square));
      }
      vf direction = g / (__builtin_elementwise_sqrt(variance) + u->epsilon);
      if (u->momentum != 0) {
        direction = muladd(s->second, splat(u->momentum), direction);
        s->second = direction;
      }
      return muladd(direction, splat(-u->rate), p);
    }
    case KERNEL_ADAM: {
      vf first = muladd(g - s->first, splat(u->blend), s->first);
      vf second = muladd(s->second, splat(u->keep), g * g * u->square_blend);
      s->first = first;
      s->second = second;
      vf root = muladd(__builtin_elementwise_sqrt(second), splat(u->correction), splat(u->epsilon));
      return muladd(first / root, splat(-u->rate), p);
    }
    case KERNEL_ADAGRAD: {
      vf sum = muladd(g, g, s->first);
      s->first = sum;
      return muladd(g / (__builtin_elementwise_sqrt(sum) + u->epsilon), splat(-u->rate), p);
    }
  }
}

INLINE void update_tile(
    enum kernel_update_rule rule, bool flag, const struct kernel_update *u, long count,
    const float *gradient, float *parameters, float *first, float *second, float *third) {
  struct kernel_update local = *u;  // a copy that no store below can change
  EACH_VECTOR(i, some, count) {
    vf p = load_some(parameters + i, some);
    vf g = load_some(gradient + i, some) * local.gradient_scale;
    if (local.l1 != 0) g = g + (p != 0.0f ? with_sign(splat(local.l1), p) : p * 0.0f);
    if (local.decay != 0) g = muladd(p, splat(local.decay), g);
    if (local.shrink != 1) p = p * local.shrink;
    struct states s = {0, 0, 0};
    if (first) s.first = load_some(first + i, some);
    if (second) s.second = load_some(second + i, some);
    if (third) s.third = load_some(third + i, some);
    p = step(rule, flag, &local, g, p, &s);
    store_some(parameters + i, p, some);
    if (first) store_some(first + i, s.first, some);
    if (second) store_some(second + i, s.second, some);
    if (third) store_some(third + i, s.third, some);
  }
}

static void update(
    const struct kernel_update *u, long count, const float *gradient, float *parameters,
    float *first, float *second, float *third) {
#define TILE(rule, flag, first, second, third) \
  update_tile(rule, flag, u, count, gradient, parameters, first, second, third)
  switch (u->rule) {
    case KERNEL_SGD: return TILE(KERNEL_SGD, false, 0, 0, 0);
    case KERNEL_SGD_FIRST_STEP: return TILE(KERNEL_SGD_FIRST_STEP, u->nesterov, first, 0, 0);
    case KERNEL_SGD_MOMENTUM: return TILE(KERNEL_SGD_MOMENTUM, u->nesterov, first, 0, 0);
    case KERNEL_RMSPROP:
      if (u->centered) return TILE(KERNEL_RMSPROP, true, first, second, third);
      return TILE(KERNEL_RMSPROP, false, first, second, 0);
    case KERNEL_ADAM: return TILE(KERNEL_ADAM, false, first, second, 0);
    case KERNEL_ADAGRAD: return TILE(KERNEL_ADAGRAD, false, first, 0, 0);
  }
#undef TILE
}
