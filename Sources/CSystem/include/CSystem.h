// System calls that Swift cannot see.
#include <stdbool.h>

#include "affinity.h"
#include "fetch.h"
#include "pause.h"
#include "options.h"

// Renames `from` to `to` unless `to` exists: then -1 with errno EEXIST.
int lockstep_rename_exclusive(const char *from, const char *to);

// Opens a file that is there for writing past the system's cache of files; -1 where that cannot be.
int lockstep_open_direct(const char *path);

// Has the kernel start to write these bytes of a file to the disk, and does not wait for it.
void lockstep_start_writing(int descriptor, long offset, long count);

// A table of files to unlink when a signal ends the process. `lockstep_temporary_add` copies the
// path and returns its slot, or -1 when the table is full; `lockstep_temporary_remove` frees it.
// Any thread may call them.
int lockstep_temporary_add(const char *path);
void lockstep_temporary_remove(int slot);

// From now on SIGINT and SIGTERM unlink the files of the table and end the process with 128 + signal.
// For the first thread, before there are others.
//
// They are blocked in all threads, and a thread of their own waits for them, since no handler may run
// on the others: the generated code of oneDNN's matrix product keeps its stack pointer within
// ordinary memory for a while, and a handler's frame would overwrite what lies there
// (https://github.com/oneapi-src/oneDNN/issues/4845). Returns 0, or an error number.
int lockstep_take_signals(void);

// Whether the first of these signals is to be remembered instead, for `lockstep_interrupted`; a second
// one ends the process as before.
void lockstep_remember_signals(bool remember);

// The signal that is remembered, or 0.
int lockstep_interrupted(void);

// Removes a folder and everything in it; follows no links.
int lockstep_remove_tree(const char *folder);

/// Has memory of 128 KiB and more always go back to the system when it is freed, as it does at first:
/// the allocator would learn from the first such block to keep the next.
void lockstep_return_large_blocks(void);

/// Has some freed memory kept for the next blocks, of up to 16 MiB each. oneDNN asks for some MiB in
/// each large product; if they went back to the system each time, all threads would have to stop for
/// a moment to learn of it.
void lockstep_keep_large_blocks(void);
