// Rows copied to places that lie anywhere.

// Writes whole cache lines straight to memory: they are not fetched first, and push nothing that is
// in use out of the caches. The reader waits for them longer.
static void copy_past_caches(const char *from, long bytes, char *to) {
  long head = -(uintptr_t)to & (CACHE_LINE - 1);
  if (head > bytes) head = bytes;
  long lines = (bytes - head) / CACHE_LINE * CACHE_LINE;
  memcpy(to, from, (size_t)head);
  for (long at = head; at < head + lines; at += CACHE_LINE) {
#pragma unroll
    for (long part = 0; part < CACHE_LINE; part += sizeof(vf)) {
      __builtin_nontemporal_store(*(const vf_anywhere *)(from + at + part), (vf *)(to + at + part));
    }
  }
  memcpy(to + head + lines, from + head + lines, (size_t)(bytes - head - lines));
}

static void scatter(const struct kernel_scatter *job, const int32_t *places, long rows) {
  for (long r = 0; r < rows; r++) {
    if (places[r] < 0) continue;
    const char *from = (const char *)job->from + r * job->row_bytes;
    char *to = (char *)job->to + (long)places[r] * job->row_bytes;
    if (job->past_caches) copy_past_caches(from, job->row_bytes, to);
    else memcpy(to, from, (size_t)job->row_bytes);
  }
  // These stores come before what tells others of the rows.
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#else
  __atomic_thread_fence(__ATOMIC_RELEASE);
#endif
}
