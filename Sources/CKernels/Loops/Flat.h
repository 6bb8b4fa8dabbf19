// Loops over flat ranges: sums over shards, norms, products.

static void multiply(long count, const float *a, const float *b, float *result) {
  EACH_VECTOR(i, some, count) {
    store_some(result + i, load_some(a + i, some) * load_some(b + i, some), some);
  }
}

static void scale(long count, float factor, float *values) {
  EACH_VECTOR(i, some, count) {
    store_some(values + i, load_some(values + i, some) * factor, some);
  }
}

// The tree sum over up to 8 shards of one vector, ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)).
INLINE vf sum_up_to_8(const float *const *gradients, long shards, long at, long some) {
#define SHARD(s) load_some(gradients[s] + at, some)
  vf sum = SHARD(0);
  if (shards == 1) return sum;
  sum = sum + SHARD(1);
  if (shards == 2) return sum;
  if (shards == 3) return sum + SHARD(2);
  sum = sum + (SHARD(2) + SHARD(3));
  if (shards == 4) return sum;
  vf right = SHARD(4);
  if (shards > 5) right = right + SHARD(5);
  if (shards == 7) right = right + SHARD(6);
  if (shards == 8) right = right + (SHARD(6) + SHARD(7));
  return sum + right;
#undef SHARD
}

// The tree sum over any number of shards: complete subtrees wait on a stack, as the digits of a
// binary counter of the groups of 8 seen so far.
INLINE vf sum_many(const float *const *gradients, long shards, long at, long some) {
  vf waiting[48];
  long depth = 0, groups = 0;
  for (long s = 0; s < shards; s += 8) {
    vf sum = sum_up_to_8(gradients + s, shards - s < 8 ? shards - s : 8, at, some);
    for (long bit = groups; bit & 1; bit >>= 1) sum = waiting[--depth] + sum;
    waiting[depth++] = sum;
    groups++;
  }
  vf sum = waiting[--depth];
  while (depth > 0) sum = waiting[--depth] + sum;
  return sum;
}

// `shards` is a constant, 0 for more than 8: then `many` tells how many.
INLINE double reduce_tile(
    const float *const *gradients, long shards, long many, long offset, long count, float scale,
    float *out) {
  struct wide_sum squares[2] = {{0, 0}, {0, 0}};
  EACH_VECTOR_OF_PAIR(i, some, which, count) {
    vf sum = shards > 0 ? sum_up_to_8(gradients, shards, offset + i, some)
                        : sum_many(gradients, many, offset + i, some);
    sum = sum * scale;
    store_some(out + i, sum, some);
    add_square(&squares[which], sum);
  }
  return wide_total(&squares[0]) + wide_total(&squares[1]);
}

static double reduce(
    const float *const *gradients, long shards, long offset, long count, float scale, float *out) {
#define CASE(s) \
  case s: return reduce_tile(gradients, s, s, offset, count, scale, out)
  switch (shards) {
    CASE(1);
    CASE(2);
    CASE(3);
    CASE(4);
    CASE(5);
    CASE(6);
    CASE(7);
    CASE(8);
    default: return reduce_tile(gradients, 0, shards, offset, count, scale, out);
  }
#undef CASE
}
