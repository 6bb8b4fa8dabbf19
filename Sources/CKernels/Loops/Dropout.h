// Philox4x32-10 on LANES counters at a time, and dropout's mask from it.

typedef uint64_t vul __attribute__((ext_vector_type(LANES / 2)));

// The upper and the lower halves of the 64-bit products of LANES words and a constant: of the even
// words, and of the odd ones.
INLINE void multiply_words(vu x, uint64_t factor, vu *high, vu *low) {
  const uint64_t lower = 0xffffffff;
  vul even = ((vul)x & lower) * factor, odd = ((vul)x >> 32) * factor;
  *high = (vu)(even >> 32 | (odd & ~lower));
  *low = (vu)((even & lower) | odd << 32);
}

// One round; c[0 … 3] hold a word each of LANES counters.
INLINE void philox_round(vu c[4], uint32_t key0, uint32_t key1) {
  vu high0, low0, high1, low1;
  multiply_words(c[0], 0xd2511f53, &high0, &low0);
  multiply_words(c[2], 0xcd9e8d57, &high1, &low1);
  c[0] = high1 ^ c[1] ^ key0;
  c[2] = high0 ^ c[3] ^ key1;
  c[1] = low1;
  c[3] = low0;
}

static void dropout_mask(const struct kernel_dropout *job, long rows, long columns, float *mask) {
  vu lane;
  for (int i = 0; i < LANES; i++) lane[i] = (uint32_t)i;
  for (long r = 0; r < rows; r++) {
    float *row = mask + r * columns;
    for (long column = 0; column < columns; column += 4 * LANES) {
      vu c[4] = {lane + (uint32_t)(column / 4), job->first_sample + (uint32_t)r, job->step,
                 job->address};
      uint32_t key0 = (uint32_t)job->key, key1 = (uint32_t)(job->key >> 32);
#pragma unroll
      for (int round = 0; round < 10; round++) {
        philox_round(c, key0, key1);
        key0 += 0x9e3779b9;
        key1 += 0xbb67ae85;
      }
      float values[4][LANES];
#pragma unroll
      for (int word = 0; word < 4; word++) {
        store(values[word], (c[word] >> 8) < job->threshold ? splat(0) : splat(job->kept));
      }
      long some = columns - column < 4 * LANES ? columns - column : 4 * LANES;
      if (some == 4 * LANES) {
#pragma unroll
        for (int i = 0; i < 4 * LANES; i++) row[column + i] = values[i % 4][i / 4];
      } else {
        for (long i = 0; i < some; i++) row[column + i] = values[i % 4][i / 4];
      }
    }
  }
}
