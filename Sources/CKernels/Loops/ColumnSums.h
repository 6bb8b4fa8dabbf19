// What the columns of rows of doubles are like, LANES / 2 columns at a time.

typedef vd vd_anywhere __attribute__((aligned(8), may_alias));

// As `kernels.column_sums`. Each column's numbers are added one after another, so that the sums do
// not depend on the instruction set.
static void column_sums(const double *rows, long count, long width, double *sums) {
  for (long c = 0; c < width; c += LANES / 2) {
    vd_anywhere *state = (vd_anywhere *)(sums + c);
    long next = width / (LANES / 2);
    vd pivot = state[0], sum = state[next], squares = state[2 * next], least = state[3 * next];
    vd greatest = state[4 * next], common = state[5 * next], hits = state[6 * next];
    for (long r = 0; r < count; r++) {
      vd value = *(const vd_anywhere *)(rows + r * width + c);
      vd difference = value - pivot;
      sum += difference;
      squares += difference * difference;
      least = value < least ? value : least;
      greatest = value > greatest ? value : greatest;
      hits += value == common ? (vd)(1) : (vd)(0);
    }
    state[next] = sum;
    state[2 * next] = squares;
    state[3 * next] = least;
    state[4 * next] = greatest;
    state[6 * next] = hits;
  }
}
