import Glibc

/// Keeps a second trainer out of a run directory for as long as this value lives.
///
/// The lock is the kernel's (`flock` on the folder itself), so a killed process leaves none behind.
final class RunLock {
  private let descriptor: Int32

  /// - Throws: `TrainingError.runDirectory` where another process has the lock.
  init(_ folder: String) throws {
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw RunDirectory.failure(folder, "cannot be opened") }
    // Of a file system that cannot lock folders nothing better can be had.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      // `deinit` runs also now, and closes it.
      throw TrainingError.runDirectory(
        path: folder,
        problem: "is in use: another process is training in it; wait for it, or stop it first")
    }
  }

  deinit { close(descriptor) }
}
