// What bytes are like as numbers, 4 · LANES of them at a time.

typedef uint64_t vlong __attribute__((ext_vector_type(LANES / 2)));

// The sum of each pair of lanes.
INLINE vu pair_sums(vshort x) { return ((vu)x & 0xffff) + ((vu)x >> 16); }

// The sum of the squares of each pair of lanes, which are below 256.
INLINE vu pair_squares(vshort x) {
#if defined(__x86_64__)
  return (vu)PACKED(madd_epi16)((packed)x, (packed)x);
#else
  return pair_sums(x * x);
#endif
}

INLINE vlong widened_sums(vu x) {
  return __builtin_convertvector(x.lo, vlong) + __builtin_convertvector(x.hi, vlong);
}

// Adds `steps` ≤ 128 vectors, as many as the lanes of a sum hold.
INLINE void add_byte_vectors(
    const uint8_t *bytes, long steps, vlong *sum, vlong *squares, vbyte *least, vbyte *greatest) {
  vshort some = 0;
  vu some_squares = 0;
  for (long step = 0; step < steps; step++) {
    vbyte x = *(const vbyte_anywhere *)(bytes + step * 4 * LANES);
    *least = __builtin_elementwise_min(*least, x);
    *greatest = __builtin_elementwise_max(*greatest, x);
    vshort even = (vshort)x & 0xff, odd = (vshort)x >> 8;
    some += even + odd;
    some_squares += pair_squares(even) + pair_squares(odd);
  }
  *sum += widened_sums(pair_sums(some));
  *squares += widened_sums(some_squares);
}

// As `kernels.byte_sums`.
static struct kernel_byte_sums byte_sums(const uint8_t *bytes, long count) {
  enum { WIDTH = 4 * LANES, STEPS = 128 };
  vlong sum = 0, squares = 0;
  vbyte least = (vbyte)(255), greatest = (vbyte)(0);
  long vectors = count / WIDTH;
  for (long step = 0; step < vectors; step += STEPS) {
    long some = vectors - step < STEPS ? vectors - step : STEPS;
    add_byte_vectors(bytes + step * WIDTH, some, &sum, &squares, &least, &greatest);
  }
  struct kernel_byte_sums sums = {0, 0, 255, 0};
  for (int i = 0; i < LANES / 2; i++) {
    sums.sum += sum[i];
    sums.squares += squares[i];
  }
  uint8_t ends[2][WIDTH];
  memcpy(ends[0], &least, WIDTH);
  memcpy(ends[1], &greatest, WIDTH);
  for (int i = 0; i < WIDTH; i++) {
    if (ends[0][i] < sums.least) sums.least = ends[0][i];
    if (ends[1][i] > sums.greatest) sums.greatest = ends[1][i];
  }
  for (long i = vectors * WIDTH; i < count; i++) {
    sums.sum += bytes[i];
    sums.squares += (uint64_t)bytes[i] * bytes[i];
    if (bytes[i] < sums.least) sums.least = bytes[i];
    if (bytes[i] > sums.greatest) sums.greatest = bytes[i];
  }
  return sums;
}
