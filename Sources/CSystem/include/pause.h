#pragma once

/// Tells the processor that this thread is spinning, so that it does so cheaply.
static inline void lockstep_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
