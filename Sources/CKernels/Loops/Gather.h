// Rows of typed numbers, copied by index as normalised floats.

// IEEE 754 binary16 by integer arithmetic, as not every instruction set converts it.
INLINE vf half_to_float(vu bits) {
  vf size = (vf)((bits & 0x7fff) << 13) * 0x1p112f;
  vu special = (bits & 0x7fff) >= 0x7c00 ? (vu)0x7f800000 : (vu)0;
  return (vf)((vu)size | special | (bits & 0x8000) << 16);
}

#define CONVERT(raw) __builtin_convertvector(raw, vf)
#define CONVERT_HALF(raw) half_to_float(__builtin_convertvector(raw, vu))

enum { AHEAD_BYTES = 768 };

INLINE const char *gathered_row(const struct kernel_gather *job, long size, int32_t index) {
  return (const char *)job->base + (long)index * job->width * size;
}

// Defines gather_NAME: as `gather`, for one type of number and one kind of scale.
//
// Rows of a vector or more end with a whole vector that overlaps the one before: cheaper than a
// part of one, and what is written twice is the same. Meanwhile a row to come is fetched, cache line
// by cache line: it may lie anywhere, so the processor does not foresee it. The shorter the rows, the
// further ahead: a cache line takes as long as some ten others are used.
#define DEFINE_GATHER(name, type, convert) \
  typedef type raw_##name __attribute__((ext_vector_type(LANES))); \
  typedef raw_##name raw_##name##_anywhere __attribute__((aligned(1), may_alias)); \
  INLINE void gather_##name##_vector( \
      const struct kernel_gather *job, bool plain, bool per_column, const char *row, long c, \
      long some, float *to) { \
    const char *from = row + c * (long)sizeof(type); \
    raw_##name raw = 0; \
    if (some == LANES) raw = *(const raw_##name##_anywhere *)from; \
    else memcpy(&raw, from, (size_t)some * sizeof(type)); \
    vf x = convert(raw), factor = splat(job->scale), term = splat(job->shift); \
    if (per_column) { \
      factor = load_some(job->scales + c, some); \
      term = load_some(job->shifts + c, some); \
    } \
    store_some(to + c, plain ? x : muladd(x, factor, term), some); \
  } \
  INLINE void gather_##name( \
      const struct kernel_gather *all, bool plain, bool per_column, const int32_t *indices, \
      long rows, float *out) { \
    struct kernel_gather job = *all; \
    long width = job.width; \
    const long size = sizeof(type); \
    const long line = CACHE_LINE / size > LANES ? CACHE_LINE / size : LANES; \
    const long ahead = 1 + AHEAD_BYTES / (width * size + 1); \
    for (long r = 0; r < rows && r < ahead; r++) { \
      const char *row = gathered_row(&job, size, indices[r]); \
      for (long at = 0; at < width * size && at < AHEAD_BYTES; at += CACHE_LINE) { \
        __builtin_prefetch(row + at); \
      } \
    } \
    for (long r = 0; r < rows; r++) { \
      const char *row = gathered_row(&job, size, indices[r]); \
      const char *next = \
          gathered_row(&job, size, indices[r + ahead < rows ? r + ahead : r]); \
      float *to = out + r * width; \
      long c = 0; \
      for (; c + line <= width; c += line) { \
        for (long at = 0; at < line * size; at += CACHE_LINE) { \
          __builtin_prefetch(next + c * size + at); \
        } \
        _Pragma("unroll") for (long part = 0; part < line; part += LANES) { \
          gather_##name##_vector(&job, plain, per_column, row, c + part, LANES, to); \
        } \
      } \
      __builtin_prefetch(next + c * size); \
      for (; c + LANES <= width; c += LANES) { \
        gather_##name##_vector(&job, plain, per_column, row, c, LANES, to); \
      } \
      if (c == width) continue; \
      if (width >= LANES) { \
        gather_##name##_vector(&job, plain, per_column, row, width - LANES, LANES, to); \
      } else { \
        gather_##name##_vector(&job, plain, per_column, row, 0, width, to); \
      } \
    } \
  }

DEFINE_GATHER(uint8, uint8_t, CONVERT)
DEFINE_GATHER(int8, int8_t, CONVERT)
DEFINE_GATHER(uint16, uint16_t, CONVERT)
DEFINE_GATHER(int16, int16_t, CONVERT)
DEFINE_GATHER(uint32, uint32_t, CONVERT)
DEFINE_GATHER(int32, int32_t, CONVERT)
DEFINE_GATHER(uint64, uint64_t, CONVERT)
DEFINE_GATHER(int64, int64_t, CONVERT)
DEFINE_GATHER(float16, uint16_t, CONVERT_HALF)
DEFINE_GATHER(float32, float, CONVERT)
DEFINE_GATHER(float64, double, CONVERT)

static void gather(
    const struct kernel_gather *job, const int32_t *indices, long rows, float *out) {
#define GATHER(name) \
  if (job->plain) gather_##name(job, true, false, indices, rows, out); \
  else if (job->scales) gather_##name(job, false, true, indices, rows, out); \
  else gather_##name(job, false, false, indices, rows, out); \
  break
  switch (job->type) {
    case KERNEL_UINT8: GATHER(uint8);
    case KERNEL_INT8: GATHER(int8);
    case KERNEL_UINT16: GATHER(uint16);
    case KERNEL_INT16: GATHER(int16);
    case KERNEL_UINT32: GATHER(uint32);
    case KERNEL_INT32: GATHER(int32);
    case KERNEL_UINT64: GATHER(uint64);
    case KERNEL_INT64: GATHER(int64);
    case KERNEL_FLOAT16: GATHER(float16);
    case KERNEL_FLOAT32: GATHER(float32);
    case KERNEL_FLOAT64: GATHER(float64);
  }
#undef GATHER
}
