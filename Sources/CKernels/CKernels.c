#include "CKernels.h"

extern const struct kernels kernels_sse2;
#if defined(__x86_64__)
extern const struct kernels kernels_avx2, kernels_avx512;
#endif

bool kernel_instructions_available(enum kernel_instructions set) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  switch (set) {
    case KERNEL_SSE2:
      return true;
    case KERNEL_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case KERNEL_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
             && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
             && __builtin_cpu_supports("fma");
  }
  return false;
#else
  return set == KERNEL_SSE2;
#endif
}

const struct kernels *kernels_for(enum kernel_instructions set) {
#if defined(__x86_64__)
  if (set == KERNEL_AVX2) return &kernels_avx2;
  if (set == KERNEL_AVX512) return &kernels_avx512;
#else
  (void)set;
#endif
  return &kernels_sse2;
}
