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

static void copy_past_caches(long bytes, const char *source, char *target) {
  typedef float lanes __attribute__((vector_size(16), may_alias));
  enum { LINE = 64, AHEAD = 8 * LINE };
  long next = -(uintptr_t)target % LINE;
  if (next > bytes) next = bytes;
  memcpy(target, source, (size_t)next);
  for (; next + LINE <= bytes; next += LINE) {
    __builtin_prefetch(source + next + AHEAD, 0, 0);
    lanes line[LINE / sizeof(lanes)];
    memcpy(line, source + next, LINE);
    for (size_t i = 0; i < LINE / sizeof(lanes); i++) {
      __builtin_nontemporal_store(line[i], (lanes *)(target + next) + i);
    }
  }
  memcpy(target + next, source + next, (size_t)(bytes - next));
}

// Stores past the caches are not in order with those that tell other threads that a copy is there.
static void order_stores(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#else
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

void kernel_copy_past_caches(long bytes, const void *source, void *target) {
  copy_past_caches(bytes, source, target);
  order_stores();
}

void kernel_scatter(
    const void *rows, long row_bytes, const int32_t *places, long count, void *base,
    bool past_caches) {
  for (long r = 0; r < count; r++) {
    if (places[r] < 0) continue;
    const char *from = (const char *)rows + r * row_bytes;
    char *to = (char *)base + places[r] * row_bytes;
    if (past_caches) copy_past_caches(row_bytes, from, to);
    else memcpy(to, from, (size_t)row_bytes);
  }
  if (past_caches) order_stores();
}
