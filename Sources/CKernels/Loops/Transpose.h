// Small transposes, four columns of eight rows at a time.

typedef float v8 __attribute__((ext_vector_type(8)));
typedef v8 v8_anywhere __attribute__((aligned(4), may_alias));

// to[c·to_row + r] = from[r·from_row + c]
static void transpose(
    long rows, long columns, const float *from, long from_row, float *to, long to_row) {
  long r = 0;
  for (; r + 8 <= rows; r += 8) {
    const float *f = from + r * from_row;
    float *t = to + r;
    long c = 0;
    for (; c + 4 <= columns; c += 4) {
      // Two blocks of 4 × 4 beside each other: rows r … r + 3 in the lower half.
#define PAIR(i) \
  __builtin_shufflevector( \
      *(const v4_anywhere *)(f + (i) * from_row + c), \
      *(const v4_anywhere *)(f + ((i) + 4) * from_row + c), 0, 1, 2, 3, 4, 5, 6, 7)
      v8 x0 = PAIR(0), x1 = PAIR(1), x2 = PAIR(2), x3 = PAIR(3);
#undef PAIR
      v8 a = __builtin_shufflevector(x0, x1, 0, 8, 1, 9, 4, 12, 5, 13);
      v8 b = __builtin_shufflevector(x2, x3, 0, 8, 1, 9, 4, 12, 5, 13);
      v8 d = __builtin_shufflevector(x0, x1, 2, 10, 3, 11, 6, 14, 7, 15);
      v8 e = __builtin_shufflevector(x2, x3, 2, 10, 3, 11, 6, 14, 7, 15);
      float *o = t + c * to_row;
      *(v8_anywhere *)o = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
      *(v8_anywhere *)(o + to_row) = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
      *(v8_anywhere *)(o + 2 * to_row) = __builtin_shufflevector(d, e, 0, 1, 8, 9, 4, 5, 12, 13);
      *(v8_anywhere *)(o + 3 * to_row) = __builtin_shufflevector(d, e, 2, 3, 10, 11, 6, 7, 14, 15);
    }
    for (; c < columns; c++) {
      for (long i = 0; i < 8; i++) t[c * to_row + i] = f[i * from_row + c];
    }
  }
  for (; r < rows; r++) {
    for (long c = 0; c < columns; c++) to[c * to_row + r] = from[r * from_row + c];
  }
}
