#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>
#include <stdbool.h>

// GCC's <omp.h> is not on clang's search path; oneDNN runs on this OpenMP library. The setting is
// the calling thread's own.
void omp_set_num_threads(int threads);

// dnnl_sgemm for row-major matrices without gaps, single-threaded: c (m, n) = op(a)·op(b), + c
// where `accumulate`. Returns false, and does nothing, where the library refuses.
static inline bool onednn_multiply(
    bool transpose_a, bool transpose_b, long m, long n, long k, const float *_Nonnull a,
    const float *_Nonnull b, float *_Nonnull c, bool accumulate) {
  omp_set_num_threads(1);
  return dnnl_sgemm(
             transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1, a, transpose_a ? m : k,
             b, transpose_b ? k : n, accumulate ? 1 : 0, c, n)
         == dnnl_success;
}
