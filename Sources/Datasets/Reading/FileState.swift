import Glibc
import HDF5

/// How a file was when it was opened. Where it differs later, others wrote to it meanwhile, and the
/// library may have read zeros where it was cut off.
struct FileState: Sendable, Equatable {
  let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  /// - Returns: nil where the system does not tell.
  init?(of descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    size = Int(status.st_size)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}
