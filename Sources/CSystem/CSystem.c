#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <malloc.h>
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

void lockstep_start_writing(int descriptor, long offset, long count) {
  // Where a file system cannot, the bytes are written with all others.
  (void)sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE);
}

// A slot is only ever exchanged as a whole: whoever takes a path out of the table owns it, so a
// handler that interrupts a change never reads a path that somebody else frees.
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

void lockstep_temporaries_unlink(void) {
  int saved = errno;
  for (int slot = 0; slot < TEMPORARIES; slot++) {
    char *path = atomic_exchange(&temporaries[slot], NULL);
    if (path != NULL) unlink(path);
  }
  errno = saved;
}

static void unlink_and_exit(int signal) {
  lockstep_temporaries_unlink();
  _exit(128 + signal);
}

// Also unblocks the signal: a process that was started by one with blocked signals inherits that.
static int handle(int signal, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  if (sigaction(signal, &action, NULL) != 0) return -1;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  return sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int lockstep_temporaries_unlink_on(int signal) { return handle(signal, unlink_and_exit); }

static volatile sig_atomic_t interrupted;

static void interrupt(int signal) {
  if (interrupted) unlink_and_exit(signal);
  interrupted = signal;
}

int lockstep_interrupt_on(int signal) { return handle(signal, interrupt); }

int lockstep_interrupted(void) { return interrupted; }

static int remove_entry(
    const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status, (void)kind, (void)place;
  return remove(path);
}

int lockstep_remove_tree(const char *folder) {
  return nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void lockstep_return_large_blocks(void) { mallopt(M_MMAP_THRESHOLD, 128 << 10); }
