#pragma once

/// Has the processor fetch bytes that are soon to be read into its caches: the first of them, where
/// there are more than it can fetch at a time.
static inline void lockstep_fetch(const void *_Nonnull start, long count) {
  enum { LINE = 64, MOST = 8 * LINE };
  if (count > MOST) count = MOST;
  for (long place = 0; place < count; place += LINE) __builtin_prefetch((const char *)start + place);
}
