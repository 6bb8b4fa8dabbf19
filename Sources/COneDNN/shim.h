#include <oneapi/dnnl/dnnl.h>

// GCC's <omp.h> is not on clang's search path; oneDNN runs on this OpenMP library.
void omp_set_num_threads(int threads);
