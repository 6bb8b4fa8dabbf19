import Glibc
import HDF5

/// How a file was when it was opened. Where it differs later, others wrote to it meanwhile or put
/// another in its place, and the library may have read zeros where it was cut off.
struct FileState: Sendable, Equatable {
  let size: Int
  private let seconds: Int
  private let nanoseconds: Int
  private let device: UInt
  private let number: UInt

  /// - Returns: nil where the system does not tell.
  init?(of descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  /// - Returns: nil where there is no such file.
  init?(at path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    size = Int(status.st_size)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
    device = UInt(status.st_dev)
    number = UInt(status.st_ino)
  }

  func isOfSameFile(as other: FileState) -> Bool {
    device == other.device && number == other.number
  }
}
