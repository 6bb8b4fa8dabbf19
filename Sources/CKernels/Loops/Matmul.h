// Matrix products. A tile of ROWS_PER_TILE × (2 · LANES) results stays in registers while l runs
// over a block of k; each result is a sum over l in order, block after block.
//
// Small products read their operands where they lie. Others copy blocks of `b` first, so that a
// tile's part of it is contiguous and stays in the first-level cache: the scheme of Goto and van de
// Geijn, "Anatomy of high-performance matrix multiplication" (2008), with the copies on the stack.

enum {
  TILE_COLUMNS = 2 * LANES,
  // A tile's parts of a and b share the first-level cache, a block of each the second.
  BLOCK_K = 400,
  BLOCK_N = 64,
  BLOCK_A = 64 * 1024,  // floats of a
  // Of inner products with four rows of b, so that their sums stay in registers.
#if LANES == 16
  ROWS_PER_INNER = 6,
#else
  ROWS_PER_INNER = 3,
#endif
  INNER_BLOCK_K = 800,
  INNER_ROW = INNER_BLOCK_K + 32,
  INNER_BLOCK_A = 96 * 1024,
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

// Adds to the sums the products of a column of a, its elements `row` apart, and a row of b.
INLINE void add_outer_product(
    int rows, int vectors, long last_read, const float *a, long row, const float *b,
    vf sums[][4]) {
  vf y[4];
#pragma unroll
  for (int j = 0; j < vectors; j++) {
    y[j] = load_some(b + j * LANES, j == vectors - 1 ? last_read : LANES);
  }
#pragma unroll
  for (int i = 0; i < rows; i++) {
    vf x = splat(a[i * row]);
#pragma unroll
    for (int j = 0; j < vectors; j++) sums[i][j] = muladd(x, y[j], sums[i][j]);
  }
}

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
    __builtin_prefetch(c + i * c_row, 1);
  }
  // A whole tile of sixteen lanes keeps the processor busy for long enough; of four of them at once
  // the compiler would load all values of a first, more than there are registers for.
  const int at_once = rows == ROWS_PER_TILE && LANES < 16 ? 4 : 1;
  for (; k >= at_once; k -= at_once) {
#pragma unroll
    for (int l = 0; l < at_once; l++) {
      add_outer_product(
          rows, vectors, last_read, left.a + l * left.step, left.row, right.b + l * right.row,
          sums);
    }
    left.a += at_once * left.step;
    right.b += at_once * right.row;
  }
  for (; k > 0; k--) {
    add_outer_product(rows, vectors, last_read, left.a, left.row, right.b, sums);
    left.a += left.step;
    right.b += right.row;
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

// Computes `m` rows of one tile's width: whole tiles, whose left operands are `left_tile` floats
// apart, and then what is left. `width` is that of the last vector.
typedef void tiles(
    long m, struct left left, long left_tile, long k, struct right right, float *c, long c_row,
    long width, bool accumulate);

// Such functions by the width of the tile, for operands of the given strides. A constant stride
// needs no instructions in the loop; while two threads share a core, the fewer there are, the faster
// each is. That is worth the code of all these forms. Of the last vector, `read` floats of b may be
// read.
#define DEFINE_TILES_OF_WIDTH(name, vectors, last_read, last, left_row, left_step, right_row) \
  static __attribute__((noinline)) void name( \
      long m, struct left left, long left_tile, long k, struct right right, float *c, \
      long c_row, long width, bool accumulate) { \
    (void)width; \
    left.row = left_row, left.step = left_step, right.row = right_row; \
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
#define DEFINE_TILES(name, read, ...) \
  DEFINE_TILES_OF_WIDTH(name##_two_vectors, 2, LANES, LANES, __VA_ARGS__) \
  DEFINE_TILES_OF_WIDTH(name##_part_of_two_vectors, 2, read, width, __VA_ARGS__) \
  DEFINE_TILES_OF_WIDTH(name##_one_vector, 1, LANES, LANES, __VA_ARGS__) \
  DEFINE_TILES_OF_WIDTH(name##_part_of_one_vector, 1, read, width, __VA_ARGS__) \
  static tiles *const name[] = { \
      name##_two_vectors, name##_part_of_two_vectors, name##_one_vector, \
      name##_part_of_one_vector};

// The left operand as it lies, transposed as it lies, or copied; the right one as it lies, or
// copied, its rows padded to whole vectors.
DEFINE_TILES(rows_in_place, width, left.row, 1, right.row)
DEFINE_TILES(columns_in_place, width, 1, left.step, right.row)
DEFINE_TILES(rows_by_copy, LANES, left.row, 1, TILE_COLUMNS)
DEFINE_TILES(copy_by_copy, LANES, 1, ROWS_PER_TILE, TILE_COLUMNS)

// As many columns of c as are left, at most a tile's.
INLINE void tile_column(
    tiles *const functions[], long m, long columns, struct left left, long left_tile, long k,
    struct right right, float *c, long c_row, bool accumulate) {
  if (columns > TILE_COLUMNS) columns = TILE_COLUMNS;
  bool is_wide = columns > LANES, is_whole = columns % LANES == 0;
  long width = is_wide ? columns - LANES : columns;
  functions[2 * !is_wide + !is_whole](
      m, left, left_tile, k, right, c, c_row, width, accumulate);
}

// For up to 3 rows: wider tiles keep as many sums going.
static __attribute__((noinline)) void four_vectors(
    long m, struct left left, long k, struct right right, float *c, long c_row, bool accumulate) {
  switch (m) {
    TILE_REST(1, 4, LANES, LANES)
    TILE_REST(2, 4, LANES, LANES)
    TILE_REST(3, 4, LANES, LANES)
  }
}

static void multiply_in_place(
    bool transpose_a, long m, long n, long k, const float *a, const float *b, float *c,
    bool accumulate) {
  struct left left = {a, transpose_a ? 1 : k, transpose_a ? m : 1};
  long j = 0;
  for (; m <= 3 && j + 4 * LANES <= n; j += 4 * LANES) {
    four_vectors(m, left, k, (struct right){b + j, n}, c + j, n, accumulate);
  }
  for (; j < n; j += TILE_COLUMNS) {
    tile_column(
        transpose_a ? columns_in_place : rows_in_place, m, n - j, left, left.row * ROWS_PER_TILE, k,
        (struct right){b + j, n}, c + j, n, accumulate);
  }
}

// Copies `columns` ≤ BLOCK_N columns of b, as tiles see it: TILE_COLUMNS of them beside each other
// for each l, BLOCK_K rows of a tile after another's. Lanes beyond `columns` are 0.
static void pack_columns(
    bool transposed, const float *b, long b_row, long k, long columns, float *panels) {
  long full = columns / TILE_COLUMNS * TILE_COLUMNS;
  if (full < columns) {
    memset(panels + full * BLOCK_K, 0, (size_t)(k * TILE_COLUMNS) * sizeof *panels);
  }
  if (transposed) {
    for (long j = 0; j < columns; j += TILE_COLUMNS) {
      long some = columns - j < TILE_COLUMNS ? columns - j : TILE_COLUMNS;
      transpose(some, k, b + j * b_row, b_row, panels + j * BLOCK_K, TILE_COLUMNS);
    }
    return;
  }
  for (long l = 0; l < k; l++) {
    const float *from = b + l * b_row;
    float *to = panels + l * TILE_COLUMNS;
    for (long j = 0; j < full; j += TILE_COLUMNS) {
      __builtin_prefetch(from + 8 * b_row + j);
      store(to + j * BLOCK_K, load(from + j));
      store(to + j * BLOCK_K + LANES, load(from + j + LANES));
    }
    for (long j = full; j < columns; j++) to[full * BLOCK_K + j - full] = from[j];
  }
}

// Copies columns of a transposed `a`: tile after tile, ROWS_PER_TILE of them for each l. Tiles that
// share cache lines of a are copied together, for the lines of long rows soon push each other out.
static void pack_transposed_rows(
    const float *a, long a_row, long k, long rows, float *packed) {
  enum { LINE = CACHE_LINE / sizeof(float), LINES = 3, TOGETHER = LINES * LINE / ROWS_PER_TILE };
  _Static_assert(TOGETHER * ROWS_PER_TILE == LINES * LINE, "whole tiles in whole cache lines");
  long i = 0;
  for (; i + LINES * LINE <= rows; i += LINES * LINE) {
    for (long l = 0; l < k; l++) {
      const float *from = a + l * a_row + i;
      float *to = packed + i * k + l * ROWS_PER_TILE;
      for (long line = 0; line < LINES; line++) {
        __builtin_prefetch(from + 8 * a_row + line * LINE);
      }
#pragma unroll
      for (long tile = 0; tile < TOGETHER; tile++) {
        memcpy(
            to + tile * ROWS_PER_TILE * k, from + tile * ROWS_PER_TILE,
            ROWS_PER_TILE * sizeof *to);
      }
    }
  }
  for (; i < rows; i += ROWS_PER_TILE) {
    long height = rows - i < ROWS_PER_TILE ? rows - i : ROWS_PER_TILE;
    for (long l = 0; l < k; l++) {
      const float *from = a + l * a_row + i;
      float *to = packed + i * k + l * ROWS_PER_TILE;
      if (height == ROWS_PER_TILE) memcpy(to, from, ROWS_PER_TILE * sizeof *to);
      else for (long r = 0; r < height; r++) to[r] = from[r];
    }
  }
}

// The size of the parts, a multiple of `unit`, into which `whole` is cut so that none is larger
// than `most` and they are about equal.
INLINE long even_part(long whole, long most, long unit) {
  long parts = (whole + most - 1) / most;
  return ((whole + parts - 1) / parts + unit - 1) / unit * unit;
}

static __attribute__((noinline)) void multiply_in_blocks(
    bool transpose_a, bool transpose_b, long m, long n, long k, const float *a, const float *b,
    float *c, bool accumulate) {
  float panels[BLOCK_K * BLOCK_N] __attribute__((aligned(64)));
  float packed[BLOCK_A];
  long block_k = even_part(k, BLOCK_K, 1);
  long block_m = even_part(m, BLOCK_A / block_k / ROWS_PER_TILE * ROWS_PER_TILE, ROWS_PER_TILE);
  for (long l = 0; l < k; l += block_k) {
    long depth = k - l < block_k ? k - l : block_k;
    for (long i = 0; i < m; i += block_m) {
      long height = m - i < block_m ? m - i : block_m;
      struct left left = {a + i * k + l, k, 1};
      long left_tile = ROWS_PER_TILE * k;
      if (transpose_a) {
        pack_transposed_rows(a + l * m + i, m, depth, height, packed);
        left = (struct left){packed, 1, ROWS_PER_TILE};
        left_tile = ROWS_PER_TILE * depth;
      }
      for (long j0 = 0; j0 < n; j0 += BLOCK_N) {
        long end = n - j0 < BLOCK_N ? n : j0 + BLOCK_N;
        const float *from = transpose_b ? b + j0 * k + l : b + l * n + j0;
        pack_columns(transpose_b, from, transpose_b ? k : n, depth, end - j0, panels);
        for (long j = j0; j < end; j += TILE_COLUMNS) {
          tile_column(
              transpose_a ? copy_by_copy : rows_by_copy, height, end - j, left, left_tile, depth,
              (struct right){panels + (j - j0) * BLOCK_K, TILE_COLUMNS}, c + i * n + j, n,
              accumulate || l > 0);
        }
      }
    }
  }
}

// Adds to the sums the products of `some` ≤ LANES elements of each row of a and of b.
INLINE void add_products(
    int rows, int columns, long some, const float *a, long a_row, const float *b, long b_row,
    vf sums[][4]) {
  vf x[6];
#pragma unroll
  for (int i = 0; i < rows; i++) x[i] = load_some(a + i * a_row, some);
#pragma unroll
  for (int j = 0; j < columns; j++) {
    vf y = load_some(b + j * b_row, some);
#pragma unroll
    for (int i = 0; i < rows; i++) sums[i][j] = muladd(x[i], y, sums[i][j]);
  }
}

// c[i, j] for `rows` × `columns` results, each the inner product of a row of a and one of b.
INLINE void inner_products(
    int rows, int columns, long k, const float *a, long a_row, const float *b, long b_row,
    float *c, long c_row, bool accumulate) {
  vf sums[6][4];
#pragma unroll
  for (int i = 0; i < rows; i++) {
#pragma unroll
    for (int j = 0; j < columns; j++) sums[i][j] = splat(0);
  }
  for (; k >= 4 * LANES; k -= 4 * LANES) {
#pragma unroll
    for (int l = 0; l < 4 * LANES; l += LANES) {
      add_products(rows, columns, LANES, a + l, a_row, b + l, b_row, sums);
    }
    a += 4 * LANES;
    b += 4 * LANES;
  }
  EACH_VECTOR(l, some, k) add_products(rows, columns, some, a + l, a_row, b + l, b_row, sums);
#pragma unroll
  for (int i = 0; i < rows; i++) {
    float *to = c + i * c_row;
    if (columns == 4) {
      v4 total = sums_of_lanes(sums[i][0], sums[i][1], sums[i][2], sums[i][3]);
      v4_anywhere *four = (v4_anywhere *)to;
      *four = accumulate ? *four + total : total;
      continue;
    }
#pragma unroll
    for (int j = 0; j < columns; j++) {
      float total = sum_lanes(sums[i][j]);
      to[j] = accumulate ? to[j] + total : total;
    }
  }
}

// For a transposed b, few rows or few columns.
static void multiply_by_inner_products(
    long m, long n, long k, const float *a, const float *b, float *c, bool accumulate) {
#define PRODUCTS(rows, columns) \
  inner_products(rows, columns, k, a + i * k, k, b + j * k, k, c + i * n + j, n, accumulate)
#define COLUMNS(rows) \
  { \
    long j = 0; \
    for (; j + 2 <= n; j += 2) PRODUCTS(rows, 2); \
    if (j < n) PRODUCTS(rows, 1); \
  }
  long i = 0;
  for (; i + 4 <= m; i += 4) COLUMNS(4)
  for (; i < m; i++) {
    long j = 0;
    for (; j + 4 <= n; j += 4) PRODUCTS(1, 4);
    for (; j < n; j++) PRODUCTS(1, 1);
  }
#undef COLUMNS
#undef PRODUCTS
}

// Rows `from ..< from + rows` of a matrix, `k` numbers of each, one after another at `to`.
INLINE void copy_rows(const float *from, long row, long rows, long k, float *to, long to_row) {
  for (long i = 0; i < rows; i++) memcpy(to + i * to_row, from + i * row, (size_t)k * sizeof *to);
}

// Four columns of c, or `columns` of the last ones: inner products of the rows of a block of a with
// as many rows of b. Meanwhile `next`, the rows of b after these, are fetched.
INLINE void inner_column(
    int columns, long m, long k, const float *a, long a_row, const float *b, long b_row,
    const float *next, long next_row, float *c, long c_row, bool accumulate) {
  long tiles = (m + ROWS_PER_INNER - 1) / ROWS_PER_INNER;
  long ahead = (k + 16 * tiles - 1) / (16 * tiles) * 16;
  long fetched = 0;
#define TILE(rows) \
  { \
    long end = fetched + ahead < k ? fetched + ahead : k; \
    for (; fetched < end; fetched += 16) { \
      for (int j = 0; j < 4; j++) __builtin_prefetch(next + j * next_row + fetched, 0, 2); \
    } \
    inner_products(rows, columns, k, a, a_row, b, b_row, c, c_row, accumulate); \
    a += (rows) * a_row; \
    c += (rows) * c_row; \
    m -= rows; \
  }
  while (m >= ROWS_PER_INNER) TILE(ROWS_PER_INNER)
  if (m >= 3) TILE(3)
  if (m >= 2) TILE(2)
  if (m >= 1) TILE(1)
#undef TILE
}

// For a transposed b of long rows: these are read as they lie, not copied and transposed first,
// which takes long unless very many rows of a use the copy. Four of them pass a block of a that
// stays in the second-level cache.
static __attribute__((noinline)) void multiply_long_rows(
    long m, long n, long k, const float *a, const float *b, float *c, bool accumulate) {
  float block[INNER_BLOCK_A] __attribute__((aligned(64)));
  float copied[4 * INNER_ROW] __attribute__((aligned(64)));
  long block_k = even_part(k, INNER_BLOCK_K, LANES);
  long block_row = (block_k + 15) / 16 * 16 + 16;
  long block_m =
      even_part(m, INNER_BLOCK_A / block_row / ROWS_PER_INNER * ROWS_PER_INNER, ROWS_PER_INNER);
  // Rows of 2 KiB or a multiple share the few cache lines that they then contend for.
  bool crowded = k % 512 == 0;
  for (long l = 0; l < k; l += block_k) {
    long depth = k - l < block_k ? k - l : block_k;
    for (long i = 0; i < m; i += block_m) {
      long height = m - i < block_m ? m - i : block_m;
      copy_rows(a + i * k + l, k, height, depth, block, block_row);
      for (long j = 0; j < n; j += 4) {
        long columns = n - j < 4 ? n - j : 4;
        const float *rows = b + j * k + l;
        const float *next = n - j >= 8 ? rows + 4 * k : rows;
        long row = k;
        if (crowded) {
          copy_rows(rows, k, columns, depth, copied, block_row);
          rows = copied;
          row = block_row;
        }
#define COLUMN(columns) \
  case columns: \
    inner_column( \
        columns, height, depth, block, block_row, rows, row, next, k, c + i * n + j, n, \
        accumulate || l > 0); \
    break;
        switch (columns) {
          COLUMN(4)
          COLUMN(3)
          COLUMN(2)
          COLUMN(1)
        }
#undef COLUMN
      }
    }
  }
}

// Whether copying blocks of b costs more than it saves: few rows use a copy, or b (or what is
// touched of it before it is needed again) fits the first-level cache as it lies.
INLINE bool fits_in_place(long m, long n, long k) {
  return m <= 2 * ROWS_PER_TILE || n * k <= 8192 || m * n * k <= 1 << 20;
}

// Whether inner products of b's rows as they lie beat products with a copy of b: where few rows or
// columns use the copy, or where b does not fit the second-level cache, if only its rows are so
// long that adding up the lanes of a vector once for each is little.
INLINE bool has_long_rows(long m, long n, long k) {
  if (n <= 16 || m <= 8) return k >= 64;
  if (m <= 16) return k >= 128;
  if (m <= 32) return k >= 256;
  return k >= 384 && n * k > 1 << 18;
}

static void matmul(
    bool transpose_a, bool transpose_b, long m, long n, long k, const float *a, const float *b,
    float *c, bool accumulate) {
  if (k == 0) {
    if (!accumulate) memset(c, 0, (size_t)(m * n) * sizeof *c);
  } else if (transpose_b && (n <= 2 || m <= 2)) {
    multiply_by_inner_products(m, n, k, a, b, c, accumulate);
  } else if (transpose_b && !transpose_a && has_long_rows(m, n, k)) {
    multiply_long_rows(m, n, k, a, b, c, accumulate);
  } else if (!transpose_b && fits_in_place(m, n, k)) {
    multiply_in_place(transpose_a, m, n, k, a, b, c, accumulate);
  } else {
    multiply_in_blocks(transpose_a, transpose_b, m, n, k, a, b, c, accumulate);
  }
}
