#include <xxhash.h>
#if defined(__x86_64__)
// Has the macros of these names stand for functions that look for the widest vectors when they run. The
// library's others are made for every processor.
#include <xxh_x86dispatch.h>
#endif

static inline void lockstep_xxh3_128_add(XXH3_state_t *state, const void *bytes, size_t count) {
  (void)XXH3_128bits_update(state, bytes, count);
}

static inline XXH64_hash_t lockstep_xxh3_64(const void *bytes, size_t count) {
  return XXH3_64bits(bytes, count);
}

static inline XXH128_hash_t lockstep_xxh3_128(
    const void *bytes, size_t count, XXH64_hash_t seed) {
  return XXH3_128bits_withSeed(bytes, count, seed);
}
