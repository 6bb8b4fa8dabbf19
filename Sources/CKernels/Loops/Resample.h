// Images of pixels of four bytes brought to another size: each row along x first, in floats, then
// along y. Rows are taken ROWS at a time, side by side in a vector, so that a weight is for all lanes.
//
// Each sum is a multiplication and an addition after another, in the order of the image's pixels, so
// that the result does not depend on the instruction set.

enum {
  ROWS = LANES / 4,
  ROW_FLOATS = KERNEL_RESAMPLE_ROW_FLOATS,
};

typedef uint8_t vpixel __attribute__((ext_vector_type(LANES)));
typedef uint8_t v16byte __attribute__((ext_vector_type(16)));
typedef v16byte v16byte_anywhere __attribute__((aligned(1), may_alias));
typedef uint32_t v4pixel __attribute__((ext_vector_type(4)));
typedef v4pixel v4pixel_anywhere __attribute__((aligned(1), may_alias));
typedef vpixel vpixel_anywhere __attribute__((aligned(1), may_alias));

INLINE long padded_row(long pixels) {
  return (4 * pixels + ROW_FLOATS - 1) / ROW_FLOATS * ROW_FLOATS;
}

// Four pixels of each row to floats: unit[LANES·i + 4·r + channel] of pixel i of row r.
INLINE void unite_four(const uint8_t *const *rows, long at, float *units) {
#if LANES == 16
  v4pixel a = *(const v4pixel_anywhere *)(rows[0] + at), b = *(const v4pixel_anywhere *)(rows[1] + at);
  v4pixel c = *(const v4pixel_anywhere *)(rows[2] + at), d = *(const v4pixel_anywhere *)(rows[3] + at);
  v4pixel ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  v4pixel cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  v4pixel ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  v4pixel cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
#define UNIT(i, x, y, ...) \
  store(units + (i) * LANES, \
        __builtin_convertvector((vpixel)__builtin_shufflevector(x, y, __VA_ARGS__), vf))
  UNIT(0, ab, cd, 0, 1, 4, 5);
  UNIT(1, ab, cd, 2, 3, 6, 7);
  UNIT(2, ab2, cd2, 0, 1, 4, 5);
  UNIT(3, ab2, cd2, 2, 3, 6, 7);
#undef UNIT
#elif LANES == 8
  v4pixel a = *(const v4pixel_anywhere *)(rows[0] + at), b = *(const v4pixel_anywhere *)(rows[1] + at);
  v16byte low = (v16byte)__builtin_shufflevector(a, b, 0, 4, 1, 5);
  v16byte high = (v16byte)__builtin_shufflevector(a, b, 2, 6, 3, 7);
  store(units, __builtin_convertvector(low.lo, vf));
  store(units + LANES, __builtin_convertvector(low.hi, vf));
  store(units + 2 * LANES, __builtin_convertvector(high.lo, vf));
  store(units + 3 * LANES, __builtin_convertvector(high.hi, vf));
#else
  v16byte a = *(const v16byte_anywhere *)(rows[0] + at);
  store(units, __builtin_convertvector(a.lo.lo, vf));
  store(units + LANES, __builtin_convertvector(a.lo.hi, vf));
  store(units + 2 * LANES, __builtin_convertvector(a.hi.lo, vf));
  store(units + 3 * LANES, __builtin_convertvector(a.hi.hi, vf));
#endif
}

// `count` pixels from `first` on of each row to floats, side by side.
INLINE void unite(const uint8_t *const *rows, long first, long count, float *units) {
  long i = 0;
  for (; i + 4 <= count; i += 4) unite_four(rows, 4 * (first + i), units + i * LANES);
  for (; i < count; i++) {
    for (long r = 0; r < ROWS; r++) {
      for (long c = 0; c < 4; c++) {
        units[i * LANES + 4 * r + c] = rows[r][4 * (first + i) + c];
      }
    }
  }
}

// Stores four pixels of each row.
INLINE void store_four(float *const *to, long pixel, const vf *sums) {
#if LANES == 16
#define HALVES(x, y, part) \
  __builtin_shufflevector(x, y, 8 * part, 8 * part + 1, 8 * part + 2, 8 * part + 3, \
      8 * part + 4, 8 * part + 5, 8 * part + 6, 8 * part + 7, 16 + 8 * part, 17 + 8 * part, \
      18 + 8 * part, 19 + 8 * part, 20 + 8 * part, 21 + 8 * part, 22 + 8 * part, 23 + 8 * part)
#define QUARTERS(x, y, part) \
  __builtin_shufflevector(x, y, 4 * part, 4 * part + 1, 4 * part + 2, 4 * part + 3, \
      8 + 4 * part, 9 + 4 * part, 10 + 4 * part, 11 + 4 * part, 16 + 4 * part, 17 + 4 * part, \
      18 + 4 * part, 19 + 4 * part, 24 + 4 * part, 25 + 4 * part, 26 + 4 * part, 27 + 4 * part)
  vf low01 = HALVES(sums[0], sums[1], 0), high01 = HALVES(sums[0], sums[1], 1);
  vf low23 = HALVES(sums[2], sums[3], 0), high23 = HALVES(sums[2], sums[3], 1);
  store(to[0] + 4 * pixel, QUARTERS(low01, low23, 0));
  store(to[1] + 4 * pixel, QUARTERS(low01, low23, 1));
  store(to[2] + 4 * pixel, QUARTERS(high01, high23, 0));
  store(to[3] + 4 * pixel, QUARTERS(high01, high23, 1));
#undef HALVES
#undef QUARTERS
#elif LANES == 8
  for (long i = 0; i < 4; i += 2) {
    vf x = sums[i], y = sums[i + 1];
    store(to[0] + 4 * (pixel + i), __builtin_shufflevector(x, y, 0, 1, 2, 3, 8, 9, 10, 11));
    store(to[1] + 4 * (pixel + i), __builtin_shufflevector(x, y, 4, 5, 6, 7, 12, 13, 14, 15));
  }
#else
  for (long i = 0; i < 4; i++) store(to[0] + 4 * (pixel + i), sums[i]);
#endif
}

// Sums along x to pixels `from` ..< `to` of rows of the result, of `count` pixels each; `units` begins
// with pixel `start`. What is behind the last four is written, too.
INLINE void sum_some_along_x(
    const struct kernel_weights *x, long count, long from, long to, const float *units, long start,
    float *const *rows) {
  float *row[ROWS];
  memcpy(row, rows, sizeof(row));
  for (long pixel = from; pixel < to; pixel += 4) {
    vf sums[4];
    const float *unit[4], *weights[4];
    _Pragma("unroll") for (long i = 0; i < 4; i++) {
      long place = pixel + i < to ? pixel + i : to - 1;
      unit[i] = units + (x->first[place] - start) * LANES;
      weights[i] = x->weights + place * count;
      sums[i] = splat(0);
    }
    _Pragma("unroll(4)") for (long step = 0; step < count; step++) {
      _Pragma("unroll") for (long i = 0; i < 4; i++) {
        sums[i] = sums[i] + splat(weights[i][step]) * load(unit[i] + step * LANES);
      }
    }
    store_four(row, pixel, sums);
  }
}

// The same, compiled for the most frequent numbers of pixels.
static void sum_along_x(
    const struct kernel_weights *x, long from, long to, const float *units, long start,
    float *const *rows) {
#define COUNT(n) \
  case n: \
    sum_some_along_x(x, n, from, to, units, start, rows); \
    break
  switch (x->count) {
    COUNT(2);
    COUNT(3);
    COUNT(4);
    COUNT(5);
    COUNT(6);
    default:
      sum_some_along_x(x, x->count, from, to, units, start, rows);
  }
#undef COUNT
}

// Where the pixels of the image end that the first `count` of the result are made of.
INLINE long pixels_end(const struct kernel_weights *x, long count) {
  return x->first[(count < x->length ? count : x->length) - 1] + x->count;
}

// ROWS rows from `row` on, the last one again behind it, brought to their width.
static void narrow_rows(
    const struct kernel_resample *job, long row, float *units, float *const *to) {
  const uint8_t *rows[ROWS];
  for (long r = 0; r < ROWS; r++) {
    long own = row + r < job->height ? row + r : job->height - 1;
    rows[r] = job->pixels + 4 * own * job->width;
  }
  const struct kernel_weights *x = &job->x;
  for (long from = 0, end; from < x->length; from = end) {
    long start = x->first[from];
    // All of them, as a rule; else fours.
    end = x->length;
    if (pixels_end(x, end) - start > job->unit_pixels) {
      end = from + 4;
      while (pixels_end(x, end + 4) - start <= job->unit_pixels) end += 4;
    }
    unite(rows, start, pixels_end(x, end) - start, units);
    sum_along_x(x, from, end, units, start, to);
  }
}

// The rows of an image, brought to their width, that lie in memory at the moment.
struct narrow_ring {
  float *units, *rows;
  long row_floats, capacity;
  long first, end;
};

INLINE float *ring_row(const struct narrow_ring *ring, long row) {
  return ring->rows + row % ring->capacity * ring->row_floats;
}

// Sees to it that rows `first` ..< `end` are there, at most KERNEL_RESAMPLE_STEPS.
static void fill_ring(
    const struct kernel_resample *job, struct narrow_ring *ring, long first, long end) {
  if (first < ring->first || first > ring->end) ring->first = ring->end = first;
  while (ring->end < end) {
    float *to[ROWS];
    for (long r = 0; r < ROWS; r++) to[r] = ring_row(ring, ring->end + r);
    narrow_rows(job, ring->end, ring->units, to);
    ring->end += ROWS;
    if (ring->first < ring->end - ring->capacity) ring->first = ring->end - ring->capacity;
  }
}

// Sums to the nearest bytes.
INLINE vpixel nearest_bytes(vf sum) {
  vi value = __builtin_convertvector(sum + splat(0.5f), vi);
  value = __builtin_elementwise_min(__builtin_elementwise_max(value, (vi)(0)), (vi)(255));
  return __builtin_convertvector(value, vpixel);
}

// Adds `count` rows to sums, or begins them; the last ones become bytes.
INLINE void sum_along_y(
    const struct narrow_ring *ring, long first, const float *weights, long count, bool begins,
    bool ends, float *sums, uint8_t *bytes) {
  const float *rows[KERNEL_RESAMPLE_STEPS];
  for (long step = 0; step < count; step++) rows[step] = ring_row(ring, first + step);
  for (long i = 0; i < ring->row_floats; i += 4 * LANES) {
    vf sum[4];
    _Pragma("unroll") for (long part = 0; part < 4; part++) {
      sum[part] = begins ? splat(0) : load(sums + i + part * LANES);
    }
    for (long step = 0; step < count; step++) {
      vf weight = splat(weights[step]);
      _Pragma("unroll") for (long part = 0; part < 4; part++) {
        sum[part] = sum[part] + weight * load(rows[step] + i + part * LANES);
      }
    }
    _Pragma("unroll") for (long part = 0; part < 4; part++) {
      if (ends) *(vpixel_anywhere *)(bytes + i + part * LANES) = nearest_bytes(sum[part]);
      else store(sums + i + part * LANES, sum[part]);
    }
  }
}

// As `kernels.resample`.
static void resample(const struct kernel_resample *job) {
  long row_floats = padded_row(job->x.length);
  long steps = job->y.count < KERNEL_RESAMPLE_STEPS ? job->y.count : KERNEL_RESAMPLE_STEPS;
  float *sums = job->scratch;
  uint8_t *bytes = (uint8_t *)(sums + row_floats);
  struct narrow_ring ring = {
      .rows = sums + 2 * row_floats,
      .units = sums + (2 + steps + 4) * row_floats,
      .row_floats = row_floats,
      .capacity = steps + 4,
  };
  for (long line = 0; line < job->y.length; line++) {
    const float *weights = job->y.weights + line * job->y.count;
    for (long step = 0; step < job->y.count; step += steps) {
      long first = job->y.first[line] + step;
      long some = job->y.count - step < steps ? job->y.count - step : steps;
      fill_ring(job, &ring, first, first + some);
      sum_along_y(
          &ring, first, weights + step, some, step == 0, step + some == job->y.count, sums, bytes);
    }
    separate(
        (const uint32_t *)bytes, job->x.length, job->planes + line * job->row_bytes,
        job->plane_bytes);
  }
}
