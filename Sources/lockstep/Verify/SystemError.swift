import Glibc

/// A system call failed.
struct SystemError: Error, CustomStringConvertible {
  let operation: String
  let code: Int32

  var description: String { "\(operation): \(String(cString: strerror(code)))" }
}
