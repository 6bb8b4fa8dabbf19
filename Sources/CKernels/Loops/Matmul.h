// Matrix products. A tile of ROWS_PER_TILE × (2 · LANES) results stays in registers while l runs
// over a block of k; each result is a sum over l in order, block after block.
//
// Small products read their operands where they lie. Others copy blocks of `b` first, so that a
// tile's part of it is contiguous and stays in the first-level cache: the scheme of Goto and van de
// Geijn, "Anatomy of high-performance matrix multiplication" (2008), with the copies on the stack.

enum {
  TILE_COLUMNS = 2 * LANES,
  BLOCK_K = 256,
  BLOCK_N = 64,
  // Rows of a transposed `a` that are copied at a time, and of another one that are gone over.
  BLOCK_M_PACKED = 16 * ROWS_PER_TILE,
  BLOCK_M = 264,
  IN_PLACE = 8192,
};

// Where a tile's left operand lies: element (i, l) at a[i·row + l·step].
struct left {
  const float *a;
  long row, step;
};

// Its right operand: row l at b[l·row].
struct right {
  const float *b;
  long row;
};

// c[0 ..< rows, …] (+)= left · right. The tile is `vectors` vectors wide, of the last of which
// `last_read` floats of b may be read, and `last` of c written.
INLINE void tile(
    int rows, int vectors, long last_read, long last, struct left left, long k,
    struct right right, float *c, long c_row, bool accumulate) {
  vf sums[ROWS_PER_TILE][4];
#pragma unroll
  for (int i = 0; i < rows; i++) {
#pragma unroll
    for (int j = 0; j < vectors; j++) sums[i][j] = splat(0);
  }
  for (long l = 0; l < k; l++) {
    vf y[4];
#pragma unroll
    for (int j = 0; j < vectors; j++) {
      y[j] = load_some(right.b + l * right.row + j * LANES, j == vectors - 1 ? last_read : LANES);
    }
#pragma unroll
    for (int i = 0; i < rows; i++) {
      vf x = splat(left.a[i * left.row + l * left.step]);
#pragma unroll
      for (int j = 0; j < vectors; j++) sums[i][j] = muladd(x, y[j], sums[i][j]);
    }
  }
#pragma unroll
  for (int i = 0; i < rows; i++) {
#pragma unroll
    for (int j = 0; j < vectors; j++) {
      long some = j == vectors - 1 ? last : LANES;
      float *to = c + i * c_row + j * LANES;
      store_some(to, accumulate ? load_some(to, some) + sums[i][j] : sums[i][j], some);
    }
  }
}

// Defines a function for `m` rows of one tile's width, ROWS tiles high and then what is left.
#define TILE_REST(rows, vectors, last_read, last) \
  case rows: \
    tile(rows, vectors, last_read, last, left, k, right, c, c_row, accumulate); \
    break;
#define TILE_RESTS(vectors, last_read, last) \
  TILE_REST(1, vectors, last_read, last) \
  TILE_REST(2, vectors, last_read, last) \
  TILE_REST(3, vectors, last_read, last) \
  TILE_REST(4, vectors, last_read, last) \
  TILE_REST(5, vectors, last_read, last)
#if ROWS_PER_TILE == 12
#define TILE_MORE_RESTS(vectors, last_read, last) \
  TILE_REST(6, vectors, last_read, last) \
  TILE_REST(7, vectors, last_read, last) \
  TILE_REST(8, vectors, last_read, last) \
  TILE_REST(9, vectors, last_read, last) \
  TILE_REST(10, vectors, last_read, last) \
  TILE_REST(11, vectors, last_read, last)
#else
#define TILE_MORE_RESTS(vectors, last_read, last)
#endif

#define DEFINE_TILES(name, vectors, last_read, last) \
  static __attribute__((noinline)) void name( \
      long m, struct left left, long left_tile, long k, struct right right, float *c, \
      long c_row, long width, bool accumulate) { \
    (void)width; \
    for (; m >= ROWS_PER_TILE; m -= ROWS_PER_TILE) { \
      tile(ROWS_PER_TILE, vectors, last_read, last, left, k, right, c, c_row, accumulate); \
      left.a += left_tile; \
      c += ROWS_PER_TILE * c_row; \
    } \
    switch (m) { \
      TILE_RESTS(vectors, last_read, last) \
      TILE_MORE_RESTS(vectors, last_read, last) \
    } \
  }

// `width` is that of the last vector. The padded forms may read all of it.
DEFINE_TILES(one_vector, 1, LANES, LANES)
DEFINE_TILES(two_vectors, 2, LANES, LANES)
DEFINE_TILES(part_of_one_vector, 1, width, width)
DEFINE_TILES(part_of_two_vectors, 2, width, width)
DEFINE_TILES(padded_one_vector, 1, LANES, width)
DEFINE_TILES(padded_two_vectors, 2, LANES, width)

// For up to 3 rows: wider tiles keep as many sums going.
static __attribute__((noinline)) void four_vectors(
    long m, struct left left, long k, struct right right, float *c, long c_row, bool accumulate) {
  switch (m) {
    TILE_REST(1, 4, LANES, LANES)
    TILE_REST(2, 4, LANES, LANES)
    TILE_REST(3, 4, LANES, LANES)
  }
}

// `m` rows of one tile's width, `columns` ≤ TILE_COLUMNS of it; `padded` tells that b's rows may
// be read to the end of a vector. Tiles of the left operand are `left_tile` floats apart.
INLINE void tile_column(
    bool padded, long m, long columns, struct left left, long left_tile, long k,
    struct right right, float *c, long c_row, bool accumulate) {
  long width = columns > LANES ? columns - LANES : columns;
#define TILES(name) name(m, left, left_tile, k, right, c, c_row, width, accumulate)
  if (columns > LANES) {
    if (width == LANES) TILES(two_vectors);
    else if (padded) TILES(padded_two_vectors);
    else TILES(part_of_two_vectors);
  } else {
    if (width == LANES) TILES(one_vector);
    else if (padded) TILES(padded_one_vector);
    else TILES(part_of_one_vector);
  }
#undef TILES
}

static void multiply_in_place(
    long m, long n, long k, struct left left, const float *b, float *c, bool accumulate) {
  long j = 0;
  for (; m <= 3 && j + 4 * LANES <= n; j += 4 * LANES) {
    four_vectors(m, left, k, (struct right){b + j, n}, c + j, n, accumulate);
  }
  for (; j < n; j += TILE_COLUMNS) {
    long columns = n - j < TILE_COLUMNS ? n - j : TILE_COLUMNS;
    tile_column(
        false, m, columns, left, left.row * ROWS_PER_TILE, k, (struct right){b + j, n}, c + j, n,
        accumulate);
  }
}

typedef float v4 __attribute__((ext_vector_type(4)));
typedef v4 v4_anywhere __attribute__((aligned(4), may_alias));

INLINE v4 load4(const float *p) { return *(const v4_anywhere *)p; }
INLINE void store4(float *p, v4 x) { *(v4_anywhere *)p = x; }

// to[c·to_row + r] = from[r·from_row + c]
static void transpose(
    long rows, long columns, const float *from, long from_row, float *to, long to_row) {
  long r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float *f = from + r * from_row;
    long c = 0;
    for (; c + 4 <= columns; c += 4) {
      v4 x0 = load4(f + c), x1 = load4(f + from_row + c);
      v4 x2 = load4(f + 2 * from_row + c), x3 = load4(f + 3 * from_row + c);
      v4 a = __builtin_shufflevector(x0, x1, 0, 4, 1, 5);
      v4 b = __builtin_shufflevector(x2, x3, 0, 4, 1, 5);
      v4 d = __builtin_shufflevector(x0, x1, 2, 6, 3, 7);
      v4 e = __builtin_shufflevector(x2, x3, 2, 6, 3, 7);
      float *t = to + c * to_row + r;
      store4(t, __builtin_shufflevector(a, b, 0, 1, 4, 5));
      store4(t + to_row, __builtin_shufflevector(a, b, 2, 3, 6, 7));
      store4(t + 2 * to_row, __builtin_shufflevector(d, e, 0, 1, 4, 5));
      store4(t + 3 * to_row, __builtin_shufflevector(d, e, 2, 3, 6, 7));
    }
    for (; c < columns; c++) {
      for (long i = 0; i < 4; i++) to[c * to_row + r + i] = f[i * from_row + c];
    }
  }
  for (; r < rows; r++) {
    for (long c = 0; c < columns; c++) to[c * to_row + r] = from[r * from_row + c];
  }
}

// Copies rows l of b's columns into `panel`, TILE_COLUMNS apart; lanes beyond `columns` are 0.
INLINE void pack_columns(
    bool transposed, const float *b, long b_row, long k, long columns, float *panel) {
  if (columns < TILE_COLUMNS) memset(panel, 0, (size_t)(k * TILE_COLUMNS) * sizeof *panel);
  if (transposed) {
    transpose(columns, k, b, b_row, panel, TILE_COLUMNS);
  } else if (columns == TILE_COLUMNS) {
    for (long l = 0; l < k; l++) {
      store(panel + l * TILE_COLUMNS, load(b + l * b_row));
      store(panel + l * TILE_COLUMNS + LANES, load(b + l * b_row + LANES));
    }
  } else {
    for (long l = 0; l < k; l++) {
      for (long j = 0; j < columns; j++) panel[l * TILE_COLUMNS + j] = b[l * b_row + j];
    }
  }
}

// Copies columns of a transposed `a`: tile after tile, ROWS_PER_TILE of them for each l.
static void pack_rows(const float *a, long a_row, long k, long rows, float *packed) {
  for (long i = 0; i < rows; i += ROWS_PER_TILE) {
    long some = rows - i < ROWS_PER_TILE ? rows - i : ROWS_PER_TILE;
    float *to = packed + i * k;
    for (long l = 0; l < k; l++) {
      for (long r = 0; r < some; r++) to[l * ROWS_PER_TILE + r] = a[l * a_row + i + r];
    }
  }
}

static void multiply_in_blocks(
    bool transpose_a, bool transpose_b, long m, long n, long k, const float *a, const float *b,
    float *c, bool accumulate) {
  float panels[BLOCK_K * BLOCK_N] __attribute__((aligned(64)));
  float packed[BLOCK_K * BLOCK_M_PACKED];
  long block_m = transpose_a ? BLOCK_M_PACKED : BLOCK_M;
  for (long l = 0; l < k; l += BLOCK_K) {
    long depth = k - l < BLOCK_K ? k - l : BLOCK_K;
    for (long i = 0; i < m; i += block_m) {
      long height = m - i < block_m ? m - i : block_m;
      struct left left = {a + i * k + l, k, 1};
      long left_tile = ROWS_PER_TILE * k;
      if (transpose_a) {
        pack_rows(a + l * m + i, m, depth, height, packed);
        left = (struct left){packed, 1, ROWS_PER_TILE};
        left_tile = ROWS_PER_TILE * depth;
      }
      for (long j0 = 0; j0 < n; j0 += BLOCK_N) {
        long end = n - j0 < BLOCK_N ? n : j0 + BLOCK_N;
        for (long j = j0; j < end; j += TILE_COLUMNS) {
          long columns = end - j < TILE_COLUMNS ? end - j : TILE_COLUMNS;
          const float *from = transpose_b ? b + j * k + l : b + l * n + j;
          pack_columns(
              transpose_b, from, transpose_b ? k : n, depth, columns, panels + (j - j0) * BLOCK_K);
        }
        for (long j = j0; j < end; j += TILE_COLUMNS) {
          long columns = end - j < TILE_COLUMNS ? end - j : TILE_COLUMNS;
          tile_column(
              true, height, columns, left, left_tile, depth,
              (struct right){panels + (j - j0) * BLOCK_K, TILE_COLUMNS}, c + i * n + j, n,
              accumulate || l > 0);
        }
      }
    }
  }
}

static void matmul(
    bool transpose_a, bool transpose_b, long m, long n, long k, const float *a, const float *b,
    float *c, bool accumulate) {
  if (k == 0) {
    if (!accumulate) memset(c, 0, (size_t)(m * n) * sizeof *c);
  } else if (!transpose_b && (m <= 3 || n * k <= IN_PLACE)) {
    struct left left = {a, transpose_a ? 1 : k, transpose_a ? m : 1};
    multiply_in_place(m, n, k, left, b, c, accumulate);
  } else {
    multiply_in_blocks(transpose_a, transpose_b, m, n, k, a, b, c, accumulate);
  }
}
