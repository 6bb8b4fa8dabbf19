// OpenBLAS, loaded at run time.
//
// Only its pthreads build may be used: Debian's serial build (libopenblas0-serial) holds no locks,
// so concurrent callers spoil each other's results, and its OpenMP build starts threads. The
// pthreads build starts one thread a core as soon as it is loaded, unless OPENBLAS_NUM_THREADS is
// in the environment before: hence it is not linked but loaded here, after setting that.
#ifndef COPENBLAS_H
#define COPENBLAS_H

#include <stdbool.h>

/// Sets the library's environment once, as `openblas_load` does. To be called before other threads
/// read the environment, where another thread is to load the library.
void openblas_prepare(void);

/// Loads the library once, whichever thread asks first.
///
/// Returns NULL once it is loaded, otherwise what is wrong.
const char *_Nullable openblas_load(void);

/// cblas_sgemm for row-major matrices without gaps, single-threaded: c (m, n) = op(a)·op(b), + c
/// where `accumulate`. Loads the library if need be; false, and nothing done, where it cannot.
bool openblas_multiply(
    bool transpose_a, bool transpose_b, long m, long n, long k, const float *_Nonnull a,
    const float *_Nonnull b, float *_Nonnull c, bool accumulate);

/// Version and build options (`openblas_get_config`); empty before it is loaded.
const char *_Nonnull openblas_configuration(void);

/// The processor that its kernels are for (`openblas_get_corename`); empty before it is loaded.
const char *_Nonnull openblas_core(void);

#endif
