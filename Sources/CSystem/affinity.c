#define _GNU_SOURCE
#include "affinity.h"

#include <sched.h>

int lockstep_affinity_count(void) {
  // The set grows until the kernel's fits; 2^18 CPUs are beyond any machine.
  for (int cpus = 1024; cpus <= 1 << 18; cpus *= 2) {
    cpu_set_t *set = CPU_ALLOC(cpus);
    size_t size = CPU_ALLOC_SIZE(cpus);
    int count = 0;
    if (set && sched_getaffinity(0, size, set) == 0) count = CPU_COUNT_S(size, set);
    CPU_FREE(set);
    if (count > 0) return count;
  }
  return 0;
}
