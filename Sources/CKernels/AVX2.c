#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "CKernels.h"

#define LANES 8
#define FUSED 1
#define ROWS_PER_TILE 6
#define TABLE kernels_avx2
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "Loops/All.h"
#pragma clang attribute pop
#endif
