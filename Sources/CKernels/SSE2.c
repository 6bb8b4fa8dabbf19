// The baseline: what every x86-64 processor has, or four lanes of whatever another one has.
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <math.h>
#include <string.h>

#include "CKernels.h"

#define LANES 4
#if defined(__aarch64__)
#define FUSED 1
#else
#define FUSED 0
#endif
#define ROWS_PER_TILE 6
#define TABLE kernels_sse2
#include "Loops/All.h"
