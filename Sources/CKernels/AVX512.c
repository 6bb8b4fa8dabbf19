#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "CKernels.h"

#define LANES 16
#define FUSED 1
#define ROWS_PER_TILE 12
#define TABLE kernels_avx512
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), \
    apply_to = function)
#include "Loops/All.h"
#pragma clang attribute pop
#endif
