#include "COpenBLAS.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__x86_64__)
#define MULTIARCH "x86_64-linux-gnu"
#elif defined(__aarch64__)
#define MULTIARCH "aarch64-linux-gnu"
#else
#define MULTIARCH "."
#endif

// cblas.h's constants; the library's 32-bit integers are Debian's and upstream's default.
enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 };
typedef void sgemm_function(
    int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a,
    int lda, const float *b, int ldb, float beta, float *c, int ldc);

static sgemm_function *sgemm;
static const char *configuration = "", *core = "";
static const char *problem;
static char problem_text[512];
static pthread_once_t once = PTHREAD_ONCE_INIT;

// What `openblas_get_parallel` answers for a build on pthreads.
enum { PARALLEL_PTHREADS = 1 };

static void *try_library(const char *name) {
  void *library = dlopen(name, RTLD_LAZY | RTLD_LOCAL);
  if (!library) return NULL;
  int (*parallel)(void) = (int (*)(void))dlsym(library, "openblas_get_parallel");
  if (parallel && parallel() == PARALLEL_PTHREADS) return library;
  snprintf(
      problem_text, sizeof problem_text,
      "%s is not OpenBLAS's pthreads build, the only one that is safe under concurrent callers",
      name);
  dlclose(library);
  return NULL;
}

static void set_environment(void) { setenv("OPENBLAS_NUM_THREADS", "1", 1); }

void openblas_prepare(void) {
  static pthread_once_t prepared = PTHREAD_ONCE_INIT;
  pthread_once(&prepared, set_environment);
}

static void load(void) {
  openblas_prepare();
  const char *names[] = {
      "/usr/lib/" MULTIARCH "/openblas-pthread/libopenblas.so.0", "libopenblas.so.0", NULL};
  void *library = NULL;
  snprintf(problem_text, sizeof problem_text, "libopenblas.so.0 was not found");
  problem = problem_text;
  for (int i = 0; names[i] && !library; i++) library = try_library(names[i]);
  if (!library) return;

  void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
  char *(*get_configuration)(void) = (char *(*)(void))dlsym(library, "openblas_get_config");
  char *(*get_core)(void) = (char *(*)(void))dlsym(library, "openblas_get_corename");
  sgemm = (sgemm_function *)dlsym(library, "cblas_sgemm");
  if (!set_threads || !get_configuration || !get_core || !sgemm) {
    snprintf(problem_text, sizeof problem_text, "libopenblas.so.0 lacks functions of OpenBLAS");
    return;
  }
  set_threads(1);
  configuration = get_configuration();
  core = get_core();
  problem = NULL;
}

const char *openblas_load(void) {
  pthread_once(&once, load);
  return problem;
}

bool openblas_multiply(
    bool transpose_a, bool transpose_b, long m, long n, long k, const float *a, const float *b,
    float *c, bool accumulate) {
  if (openblas_load()) return false;
  sgemm(
      ROW_MAJOR, transpose_a ? TRANSPOSE : NO_TRANSPOSE, transpose_b ? TRANSPOSE : NO_TRANSPOSE,
      (int)m, (int)n, (int)k, 1, a, (int)(transpose_a ? m : k), b, (int)(transpose_b ? k : n),
      accumulate ? 1 : 0, c, (int)n);
  return true;
}

const char *openblas_configuration(void) { return configuration; }

const char *openblas_core(void) { return core; }
