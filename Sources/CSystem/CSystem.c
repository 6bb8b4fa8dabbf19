#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int lockstep_rename_exclusive(const char *from, const char *to) {
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  // A file system without RENAME_NOREPLACE: a hard link refuses an existing name just as well.
  if (link(from, to) != 0) return -1;
  return unlink(from);
}

int lockstep_open_direct(const char *path) { return open(path, O_WRONLY | O_DIRECT | O_CLOEXEC); }

void lockstep_start_writing(int descriptor, long offset, long count) {
  // Where a file system cannot, the bytes are written with all others.
  (void)sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE);
}

// A slot is only ever exchanged as a whole: whoever takes a path out of the table owns it, so the
// thread that takes signals never reads a path that somebody else frees.
enum { TEMPORARIES = 256 };
static _Atomic(char *) temporaries[TEMPORARIES];

int lockstep_temporary_add(const char *path) {
  char *copy = strdup(path);
  if (copy == NULL) return -1;
  for (int slot = 0; slot < TEMPORARIES; slot++) {
    char *empty = NULL;
    if (atomic_compare_exchange_strong(&temporaries[slot], &empty, copy)) return slot;
  }
  free(copy);
  return -1;
}

void lockstep_temporary_remove(int slot) {
  if (slot < 0 || slot >= TEMPORARIES) return;
  free(atomic_exchange(&temporaries[slot], NULL));
}

static void unlink_and_exit(int signal) {
  for (int slot = 0; slot < TEMPORARIES; slot++) {
    char *path = atomic_exchange(&temporaries[slot], NULL);
    if (path != NULL) unlink(path);
  }
  _exit(128 + signal);
}

static atomic_bool remembers;
static atomic_int interrupted;

static void take(int signal) {
  int none = 0;
  if (!atomic_load(&remembers)) unlink_and_exit(signal);
  if (!atomic_compare_exchange_strong(&interrupted, &none, signal)) unlink_and_exit(signal);
}

static void *take_signals(void *unused) {
  (void)unused;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  for (;;) {
    int signal;
    if (sigwait(&ends, &signal) == 0) take(signal);
  }
}

int lockstep_take_signals(void) {
  static atomic_flag taken = ATOMIC_FLAG_INIT;
  if (atomic_flag_test_and_set(&taken)) return 0;
  // Of use only where a thread was there before, which does not block the signals.
  struct sigaction action = {.sa_handler = take, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  // The thread has every signal blocked, so that no other one runs a handler on its small stack.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  int failure = pthread_create(&thread, &attributes, take_signals, NULL);
  pthread_attr_destroy(&attributes);
  if (failure == 0) {
    sigaddset(&before, SIGINT);
    sigaddset(&before, SIGTERM);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return failure;
}

void lockstep_remember_signals(bool remember) { atomic_store(&remembers, remember); }

int lockstep_interrupted(void) { return atomic_load(&interrupted); }

static int remove_entry(
    const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status, (void)kind, (void)place;
  return remove(path);
}

int lockstep_remove_tree(const char *folder) {
  return nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void lockstep_return_large_blocks(void) { mallopt(M_MMAP_THRESHOLD, 128 << 10); }

void lockstep_keep_large_blocks(void) {
  mallopt(M_MMAP_THRESHOLD, 16 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
}
