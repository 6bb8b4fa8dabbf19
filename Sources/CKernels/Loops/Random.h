// Philox4x32-10 on LANES counters at a time: random words, and dropout's mask from them.

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

// The random words of LANES counters, of which c[0 … 3] hold a word each.
INLINE void philox(uint64_t key, vu c[4]) {
  uint32_t key0 = (uint32_t)key, key1 = (uint32_t)(key >> 32);
#pragma unroll
  for (int round = 0; round < 10; round++) {
    philox_round(c, key0, key1);
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
}

INLINE vu lane_numbers(void) {
  vu lane;
  for (int i = 0; i < LANES; i++) lane[i] = (uint32_t)i;
  return lane;
}

// Writes the first `some` of 4 · LANES numbers: word after word of counter after counter.
INLINE void store_words(void *to, const vu c[4], long some) {
  uint32_t words[4][LANES], in_order[4 * LANES];
  memcpy(words, c, sizeof words);
#pragma unroll
  for (int i = 0; i < 4 * LANES; i++) in_order[i] = words[i % 4][i / 4];
  memcpy(to, in_order, some >= 4 * LANES ? sizeof in_order : (size_t)some * sizeof *in_order);
}

static void random_words(uint64_t key, const uint32_t *counter, long count, uint32_t *words) {
  vu lane = lane_numbers();
  for (long i = 0; i < count; i += 4 * LANES) {
    vu c[4] = {lane + counter[0] + (uint32_t)(i / 4), counter[1], counter[2], counter[3]};
    philox(key, c);
    store_words(words + i, c, count - i);
  }
}

static void dropout_mask(const struct kernel_dropout *job, long rows, long columns, float *mask) {
  vu lane = lane_numbers();
  for (long r = 0; r < rows; r++) {
    float *row = mask + r * columns;
    for (long i = 0; i < columns; i += 4 * LANES) {
      vu c[4] = {lane + (uint32_t)(i / 4), job->first_sample + (uint32_t)r, job->step,
                 job->address};
      philox(job->key, c);
#pragma unroll
      for (int word = 0; word < 4; word++) {
        c[word] = (vu)((c[word] >> 8) < job->threshold ? splat(0) : splat(job->kept));
      }
      store_words(row + i, c, columns - i);
    }
  }
}
