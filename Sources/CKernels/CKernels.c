#include "CKernels.h"

#include <string.h>

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

void kernel_copy_past_caches(long count, const float *source, float *target) {
  typedef float lanes __attribute__((vector_size(16)));
  enum { LINE = 64 / sizeof(float), AHEAD = 8 * LINE };
  long next = 0;
  while (next < count && (uintptr_t)(target + next) % 64 != 0) {
    target[next] = source[next];
    next++;
  }
  for (; next + LINE <= count; next += LINE) {
    __builtin_prefetch(source + next + AHEAD, 0, 0);
    lanes line[4];
    memcpy(line, source + next, sizeof line);
    for (int i = 0; i < 4; i++) __builtin_nontemporal_store(line[i], (lanes *)(target + next) + i);
  }
  for (; next < count; next++) target[next] = source[next];
  // Such stores are not in order with those that tell other threads that the copy is there.
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#else
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}
