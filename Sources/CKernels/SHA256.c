#include "CKernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#include <string.h>

enum { BLOCK = 64, ROUNDS = 64, MESSAGES = 2 };

static const uint32_t round_constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The state's words a, b, e, f, and c, d, g, h, the first of each in the highest place: as the
// instructions want them.
struct state {
  __m128i abef[MESSAGES], cdgh[MESSAGES];
};

// Digests blocks of each message. What is done to one waits for its own last step most of the time;
// the processor does the other's step meanwhile.
__attribute__((target("sha,sse4.1"))) static void add_blocks(
    struct state *state, const unsigned char *const messages[MESSAGES], long blocks) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  struct state now = *state;
  for (long block = 0; block < blocks; block++) {
    const struct state before = now;
    // The last 16 words of each message's schedule.
    __m128i words[MESSAGES][4];
#pragma clang loop unroll(full)
    for (int step = 0; step < ROUNDS / 4; step++) {
#pragma clang loop unroll(full)
      for (int m = 0; m < MESSAGES; m++) {
        __m128i *const some = &words[m][step % 4];
        if (step < 4) {
          const unsigned char *const bytes = messages[m] + block * BLOCK + step * 16;
          *some = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)bytes), big_endian);
        } else {
          const __m128i second = words[m][(step + 1) % 4], third = words[m][(step + 2) % 4];
          const __m128i fourth = words[m][(step + 3) % 4];
          *some = _mm_sha256msg2_epu32(
              _mm_add_epi32(
                  _mm_sha256msg1_epu32(*some, second), _mm_alignr_epi8(fourth, third, 4)),
              fourth);
        }
        const __m128i sums = _mm_add_epi32(
            *some, _mm_loadu_si128((const __m128i *)(round_constants + 4 * step)));
        now.cdgh[m] = _mm_sha256rnds2_epu32(now.cdgh[m], now.abef[m], sums);
        now.abef[m] =
            _mm_sha256rnds2_epu32(now.abef[m], now.cdgh[m], _mm_shuffle_epi32(sums, 0x0e));
      }
    }
    for (int m = 0; m < MESSAGES; m++) {
      now.abef[m] = _mm_add_epi32(now.abef[m], before.abef[m]);
      now.cdgh[m] = _mm_add_epi32(now.cdgh[m], before.cdgh[m]);
    }
  }
  *state = now;
}

__attribute__((target("sha,sse4.1"))) static void digest_pair(
    unsigned char first, const unsigned char *const messages[MESSAGES], long count,
    unsigned char *digests) {
  struct state state;
  for (int m = 0; m < MESSAGES; m++) {
    state.abef[m] = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
    state.cdgh[m] = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
  }
  // The first block, of which a byte is not in memory, and the last ones, with the length in bits.
  unsigned char starts[MESSAGES][BLOCK], ends[MESSAGES][2 * BLOCK] = {{0}};
  const unsigned char *places[MESSAGES];
  const long length = count + 1, whole = length / BLOCK * BLOCK, rest = length - whole;
  const long end_bytes = rest + 9 > BLOCK ? 2 * BLOCK : BLOCK;
  for (int m = 0; m < MESSAGES; m++) {
    if (whole > 0) {
      starts[m][0] = first;
      memcpy(starts[m] + 1, messages[m], BLOCK - 1);
      if (rest > 0) memcpy(ends[m], messages[m] + whole - 1, (size_t)rest);
    } else {
      ends[m][0] = first;
      if (count > 0) memcpy(ends[m] + 1, messages[m], (size_t)count);
    }
    ends[m][rest] = 0x80;
    for (int byte = 0; byte < 8; byte++) {
      ends[m][end_bytes - 1 - byte] = (unsigned char)((uint64_t)length * 8 >> 8 * byte);
    }
  }
  if (whole > 0) {
    for (int m = 0; m < MESSAGES; m++) places[m] = starts[m];
    add_blocks(&state, places, 1);
    for (int m = 0; m < MESSAGES; m++) places[m] = messages[m] + BLOCK - 1;
    add_blocks(&state, places, whole / BLOCK - 1);
  }
  for (int m = 0; m < MESSAGES; m++) places[m] = ends[m];
  add_blocks(&state, places, end_bytes / BLOCK);
  for (int m = 0; m < MESSAGES; m++) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    uint32_t abef[4], cdgh[4];
    _mm_storeu_si128((__m128i *)abef, _mm_shuffle_epi8(state.abef[m], big_endian));
    _mm_storeu_si128((__m128i *)cdgh, _mm_shuffle_epi8(state.cdgh[m], big_endian));
    const uint32_t words[8] = {abef[3], abef[2], cdgh[3], cdgh[2],
                               abef[1], abef[0], cdgh[1], cdgh[0]};
    memcpy(digests + 32 * m, words, 32);
  }
}

static bool find_instructions(void) {
  unsigned int a, b, c, d;
  const bool has_sse41 = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_1) != 0;
  return has_sse41 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

// Asked once: under a hypervisor the processor takes some 10 µs for each answer.
static bool has_instructions(void) {
  static _Atomic int known = -1;
  int has = atomic_load_explicit(&known, memory_order_relaxed);
  if (has < 0) atomic_store_explicit(&known, has = find_instructions(), memory_order_relaxed);
  return has;
}
#endif

bool kernel_sha256_pair(
    unsigned char first, const unsigned char *one, const unsigned char *other, long count,
    unsigned char *digests) {
#if defined(__x86_64__)
  if (!has_instructions()) return false;
  const unsigned char *const messages[MESSAGES] = {one, other};
  digest_pair(first, messages, count, digests);
  return true;
#else
  (void)first, (void)one, (void)other, (void)count, (void)digests;
  return false;
#endif
}
