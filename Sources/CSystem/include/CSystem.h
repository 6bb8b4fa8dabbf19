// System calls and handlers that Swift cannot see or may not write.
#include "affinity.h"
#include "pause.h"
#include "options.h"

// Renames `from` to `to` unless `to` exists: then -1 with errno EEXIST.
int lockstep_rename_exclusive(const char *from, const char *to);

// Has the kernel start to write these bytes of a file to the disk, and does not wait for it.
void lockstep_start_writing(int descriptor, long offset, long count);

// A table of files to unlink when a signal ends the process. `lockstep_temporary_add` copies the
// path and returns its slot, or -1 when the table is full; `lockstep_temporary_remove` frees it.
// Any thread may call them.
int lockstep_temporary_add(const char *path);
void lockstep_temporary_remove(int slot);

// Unlinks every file of the table. May be called from a signal handler.
void lockstep_temporaries_unlink(void);

// From now on `signal` unlinks the table's files and ends the process with status 128 + signal.
int lockstep_temporaries_unlink_on(int signal);

// From now on the first `signal` only sets what `lockstep_interrupted` returns; a second one, of any
// kind that this was called for, does what `lockstep_temporaries_unlink_on` says.
int lockstep_interrupt_on(int signal);

// The signal that came, or 0.
int lockstep_interrupted(void);

// Removes a folder and everything in it; follows no links.
int lockstep_remove_tree(const char *folder);

/// Has memory of 128 KiB and more always go back to the system when it is freed, as it does at first:
/// the allocator would learn from the first such block to keep the next.
void lockstep_return_large_blocks(void);
