import Datasets
import Glibc

/// An image of a class, in a file of its own.
struct ImageFile: Sendable {
  let path: String
  /// Its folder's place among those of all classes.
  var label: Int
  /// Its place among all files of the source.
  var number = 0

  /// Files are read whole; larger ones than this are no images to learn from.
  private static let mostBytes = 1 << 29

  /// Reads the header alone.
  func readHeader(_ scratch: ScratchPool) throws(ImageHeader.Problem) -> ImageHeader {
    for most in [ImageHeader.startBytes, ImageHeader.longStartBytes, Self.mostBytes] {
      let header = try withBytes(most: most, scratch) { bytes throws(ImageHeader.Problem) in
        try ImageHeader(bytes, isWhole: bytes.count < most || most == Self.mostBytes)
      }
      if let header { return header }
    }
    throw ImageHeader.Problem(problem: "ends within its header")
  }

  /// Calls `body` with the file's bytes, or with the first of them if it has more than `most`.
  /// - Parameter scratch: memory for them.
  func withBytes<Result>(
    most: Int = mostBytes, _ scratch: ScratchPool,
    _ body: (UnsafeBufferPointer<UInt8>) throws(ImageHeader.Problem) -> Result
  ) throws(ImageHeader.Problem) -> Result {
    // A pipe among images is not waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.unreadable() }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ImageHeader.Problem(problem: "is no regular file", expected: "an image")
    }
    let size = min(Int(status.st_size), most)
    let memory = scratch.take(size)
    defer { scratch.give(memory) }
    let wanted = UnsafeMutableRawBufferPointer(rebasing: memory[..<size])
    let (count, failure) = FileTransfer.read(descriptor, into: wanted, at: 0)
    if failure != 0 {
      errno = failure
      throw Self.unreadable()
    }
    return try body(
      UnsafeBufferPointer(rebasing: wanted.bindMemory(to: UInt8.self)[..<count]))
  }

  private static func unreadable() -> ImageHeader.Problem {
    ImageHeader.Problem(problem: "cannot be read: \(String(cString: strerror(errno)))")
  }
}
