// Vectors of LANES floats: moving them between memory and registers, and adding their lanes up.

#define INLINE static inline __attribute__((always_inline))

enum { CACHE_LINE = 64 };  // bytes

typedef float vf __attribute__((ext_vector_type(LANES)));
typedef int32_t vi __attribute__((ext_vector_type(LANES)));
typedef uint32_t vu __attribute__((ext_vector_type(LANES)));
typedef double vd __attribute__((ext_vector_type(LANES / 2)));

typedef float v4 __attribute__((ext_vector_type(4)));

typedef uint16_t vshort __attribute__((ext_vector_type(2 * LANES)));
typedef uint8_t vbyte __attribute__((ext_vector_type(4 * LANES)));
typedef vbyte vbyte_anywhere __attribute__((aligned(1), may_alias));

#if defined(__x86_64__)
// The same bits as `packed` go to the processor's instructions for vectors of integers, PACKED(name).
#if LANES == 4
typedef __m128i packed;
#define PACKED(name) _mm_##name
#elif LANES == 8
typedef __m256i packed;
#define PACKED(name) _mm256_##name
#else
typedef __m512i packed;
#define PACKED(name) _mm512_##name
#endif
#endif

typedef vf vf_anywhere __attribute__((aligned(4), may_alias));
typedef v4 v4_anywhere __attribute__((aligned(4), may_alias));

INLINE vf splat(float x) { return (vf)(x); }

INLINE vf load(const float *p) { return *(const vf_anywhere *)p; }

INLINE void store(float *p, vf x) { *(vf_anywhere *)p = x; }

// The first `count` < LANES floats at p; the other lanes are 0. Reads no byte beyond them.
INLINE vf load_part(const float *p, long count) {
#if LANES == 8
  __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_maskload_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lane));
#elif LANES == 16
  return _mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
#else
  vf x = splat(0);
  if (count > 0) x[0] = p[0];
  if (count > 1) x[1] = p[1];
  if (count > 2) x[2] = p[2];
  return x;
#endif
}

INLINE void store_part(float *p, vf x, long count) {
#if LANES == 8
  __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  _mm256_maskstore_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lane), x);
#elif LANES == 16
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), x);
#else
  if (count > 0) p[0] = x[0];
  if (count > 1) p[1] = x[1];
  if (count > 2) p[2] = x[2];
#endif
}

// Loads and stores of `count` ≤ LANES floats; a constant `count` leaves no branch behind.
INLINE vf load_some(const float *p, long count) {
  return count == LANES ? load(p) : load_part(p, count);
}

INLINE void store_some(float *p, vf x, long count) {
  if (count == LANES) store(p, x);
  else store_part(p, x, count);
}

// The first `count` lanes of x, `otherwise` in the others.
INLINE vf keep_lanes(vf x, long count, float otherwise) {
  vi lane;
  for (int i = 0; i < LANES; i++) lane[i] = i;
  return lane < (int32_t)count ? x : splat(otherwise);
}

// Loops over `count` floats, a vector at a time: at `i`, `some` of them. The outer loop is
// unrolled, so the body is compiled twice, with a constant `some` for the whole vectors.
#define EACH_VECTOR(i, some, count) \
  _Pragma("unroll") for (int part = 0; part < 2; part++) \
    for (long whole = (count) / LANES * LANES, some = part ? (count) - whole : LANES, \
              i = part ? whole : 0, end = part ? (count) : whole; \
         i < end; i += LANES)

// The same, with `which` alternating between 0 and 1, for two sums that need not wait for each
// other; what is left after whole pairs goes to 0.
#define EACH_VECTOR_OF_PAIR(i, some, which, count) \
  _Pragma("unroll") for (int part = 0; part < 3; part++) \
    for (long whole = (count) / LANES * LANES, pairs = (count) / (2 * LANES) * (2 * LANES), \
              some = part == 2 ? (count) - whole : LANES, \
              first = part == 0 ? 0 : part == 1 ? pairs : whole, \
              end = part == 0 ? pairs : part == 1 ? whole : (count); \
         first < end; first += part == 0 ? 2 * LANES : LANES) \
      _Pragma("unroll") for (int which = 0; which < (part == 0 ? 2 : 1); which++) \
        for (long i = first + which * LANES, once = 1; once; once = 0)

// a·b + c, rounded once where the instruction set can.
INLINE vf muladd(vf a, vf b, vf c) {
#if FUSED
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

// max and min that return `b` where either is NaN.
INLINE vf larger(vf a, vf b) { return a > b ? a : b; }
INLINE vf smaller(vf a, vf b) { return a < b ? a : b; }

INLINE vf absolute(vf x) { return (vf)((vi)x & 0x7fffffff); }

// |x| with the sign of s.
INLINE vf with_sign(vf x, vf s) { return (vf)(((vi)x & 0x7fffffff) | ((vi)s & INT32_MIN)); }

// Sums and the maximum over lanes: halves are folded, so the order is fixed.
#if LANES == 16
#define FOLD(x, op) \
  __auto_type x##8 = op(x.lo, x.hi); \
  __auto_type x##4 = op((x##8).lo, (x##8).hi)
#elif LANES == 8
#define FOLD(x, op) __auto_type x##4 = op(x.lo, x.hi)
#else
#define FOLD(x, op) __auto_type x##4 = x
#endif
#define PLUS(a, b) ((a) + (b))
#define LARGER(a, b) ((a) > (b) ? (a) : (b))

INLINE float sum_lanes(vf x) {
  FOLD(x, PLUS);
  return (x4[0] + x4[2]) + (x4[1] + x4[3]);
}

// Lanes of two vectors in turn, from the lower and the upper half of each four.
#if LANES == 16
#define EACH_FOUR(i, j, k, l) \
  i, j, k, l, i + 4, j + 4, k + 4, l + 4, i + 8, j + 8, k + 8, l + 8, i + 12, j + 12, k + 12, l + 12
#elif LANES == 8
#define EACH_FOUR(i, j, k, l) i, j, k, l, i + 4, j + 4, k + 4, l + 4
#else
#define EACH_FOUR(i, j, k, l) i, j, k, l
#endif

// The same of four vectors at once: first within each four lanes, then across.
INLINE v4 sums_of_lanes(vf a, vf b, vf c, vf d) {
  vf ab = __builtin_shufflevector(a, b, EACH_FOUR(0, LANES, 1, LANES + 1))
          + __builtin_shufflevector(a, b, EACH_FOUR(2, LANES + 2, 3, LANES + 3));
  vf cd = __builtin_shufflevector(c, d, EACH_FOUR(0, LANES, 1, LANES + 1))
          + __builtin_shufflevector(c, d, EACH_FOUR(2, LANES + 2, 3, LANES + 3));
  vf abcd = __builtin_shufflevector(ab, cd, EACH_FOUR(0, 1, LANES, LANES + 1))
            + __builtin_shufflevector(ab, cd, EACH_FOUR(2, 3, LANES + 2, LANES + 3));
  FOLD(abcd, PLUS);
  return abcd4;
}

// A running sum in double precision, of the lanes' lower and upper half apart.
struct wide_sum {
  vd low, high;
};

INLINE void add_wide(struct wide_sum *sum, vf x) {
  sum->low += __builtin_convertvector(x.lo, vd);
  sum->high += __builtin_convertvector(x.hi, vd);
}

INLINE void add_square(struct wide_sum *sum, vf x) {
  vd low = __builtin_convertvector(x.lo, vd), high = __builtin_convertvector(x.hi, vd);
  sum->low += low * low;
  sum->high += high * high;
}

INLINE double wide_total(const struct wide_sum *sum) {
  vd x = sum->low + sum->high;
  double total = x[0] + x[1];
#if LANES >= 8
  total += x[2] + x[3];
#endif
#if LANES >= 16
  total += (x[4] + x[5]) + (x[6] + x[7]);
#endif
  return total;
}

// Not for NaN.
INLINE float max_lanes(vf x) {
  FOLD(x, LARGER);
  float a = x4[0] > x4[2] ? x4[0] : x4[2], b = x4[1] > x4[3] ? x4[1] : x4[3];
  return a > b ? a : b;
}
