import CSystem
import Dispatch
import Glibc
import Synchronization

/// A file that appears under its name complete or not at all.
///
/// The bytes go to a temporary name beside the target; `commit` flushes them to the disk, renames
/// the file and flushes the folder. A reader sees the old file or the new one. The temporary file
/// is removed by `cancel`, when the value is dropped uncommitted, and, once
/// `removeTemporariesOnInterrupt` was called, when a signal ends the process.
///
/// One thread at a time may use a value, but for what says otherwise.
package final class AtomicFile {
  /// The name the file will have.
  package let target: String
  /// The name it has until `commit`, for writers that create files themselves (HDF5) instead of
  /// calling `write`. They must close it before `commit`.
  package let temporaryPath: String

  private let replacesExisting: Bool
  /// Whether it is the caller's to remove what was not committed.
  private let isKept: Bool
  private var descriptor: Int32 = -1
  /// Writes what it can of bytes that have a place.
  private var direct: DirectWriter?
  private var isOpen = true
  private let slot: Int32
  /// The disk was told to start on the bytes before this place.
  private var startedBytes = 0
  /// It is told each so many bytes.
  private static let startingBytes = 32 << 20
  private static let count = Atomic<Int>(0)

  /// Chooses the temporary name; the file comes into being with the first `write`.
  ///
  /// - Parameters:
  ///   - replacingExisting: whether a file of that name may be replaced; otherwise it is refused, here
  ///     and again at `commit`.
  ///   - path: the temporary name of a file that is not removed when it is not committed, in the same
  ///     file system; nil for one that is.
  /// - Throws: `DatasetError` that names the target.
  package init(
    target: String, replacingExisting: Bool, keptAt path: String? = nil
  ) throws(DatasetError) {
    try Self.check(target, replacingExisting: replacingExisting)
    self.target = target
    replacesExisting = replacingExisting
    isKept = path != nil
    if let path {
      temporaryPath = path
      slot = -1
      return
    }
    let number = Self.count.add(1, ordering: .relaxed).newValue
    temporaryPath = "\(Self.hiddenPath(besides: target)).\(getpid())-\(number).partial"
    slot = lockstep_temporary_add(temporaryPath)
  }

  deinit { cancel() }

  /// Appends bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(DatasetError) {
    try open()
    try check(FileTransfer.write(bytes, to: descriptor))
  }

  /// Writes bytes at a place of the file, for writers that have made room for them there. Several
  /// threads may do so at once after `open`.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DatasetError) {
    try open()
    let done = direct?.write(bytes, at: offset) ?? 0..<0
    for part in [0..<done.lowerBound, done.upperBound..<bytes.count] where !part.isEmpty {
      try check(
        FileTransfer.write(
          UnsafeRawBufferPointer(rebasing: bytes[part]), to: descriptor,
          at: offset + part.lowerBound))
    }
  }

  /// Has the disk start on bytes that were written: `commit` then waits for the last of them only.
  package func startWriting(_ range: Range<Int>) {
    lockstep_start_writing(descriptor, range.lowerBound, range.count)
  }

  /// Fills memory with what lies at a place of the file. Several threads may do so at once after `open`.
  package func read(
    at offset: Int, into memory: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    try open()
    let (count, failure) = FileTransfer.read(descriptor, into: memory, at: offset)
    guard count == memory.count else {
      throw Self.failure(target, "cannot be read again", failure == 0 ? EIO : failure)
    }
  }

  /// Waits until the disk has what was written so far. Any thread may call it before `commit`.
  package func synchronize() throws(DatasetError) {
    try check(fdatasync(descriptor) == 0 ? 0 : errno)
  }

  /// Has the disk start on what another writer has put into the file since it last did, once that is
  /// much: `commit` then waits for the rest only.
  package func startWriting() throws(DatasetError) {
    try open()
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return }
    let end = Int(status.st_size)
    guard end - startedBytes >= Self.startingBytes else { return }
    lockstep_start_writing(descriptor, startedBytes, end - startedBytes)
    startedBytes = end
  }

  /// Takes the content of the file that is to be replaced out of memory, on another thread: of a large
  /// one `commit` would wait for that.
  package func forgetReplaced() {
    guard replacesExisting else { return }
    DispatchQueue.global(qos: .utility).async { [target] in
      let descriptor = Glibc.open(target, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else { return }
      _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
      close(descriptor)
    }
  }

  private func check(_ failure: Int32) throws(DatasetError) {
    guard failure == 0 else { throw Self.failure(target, "cannot be written", failure) }
  }

  package func write(_ text: String) throws(DatasetError) {
    let bytes = Array(text.utf8)
    // `withUnsafeBytes` rethrows without the type.
    let result: Result<Void, DatasetError> = bytes.withUnsafeBytes { bytes in
      do throws(DatasetError) { return .success(try write(bytes)) } catch { return .failure(error) }
    }
    try result.get()
  }

  /// Gives the file its name, durably.
  package func commit() throws(DatasetError) {
    precondition(isOpen, "an AtomicFile is committed once")
    defer { cancel() }
    try open()
    if fsync(descriptor) != 0 { throw Self.failure(target, "cannot be written", errno) }
    let closed = close(descriptor)
    descriptor = -1
    if closed != 0 { throw Self.failure(target, "cannot be written", errno) }
    let renamed =
      replacesExisting
      ? rename(temporaryPath, target) : lockstep_rename_exclusive(temporaryPath, target)
    if renamed != 0 {
      let code = errno
      if code == EEXIST { throw Self.exists(target) }
      throw Self.failure(target, "cannot be given its name", code)
    }
    isOpen = false
    lockstep_temporary_remove(slot)
    try Self.syncFolder(of: target)
  }

  /// Removes the temporary file, unless it was committed or is kept.
  package func cancel() {
    // The disk has the space of a removed file back once nobody has it open.
    direct = nil
    guard isOpen else { return }
    isOpen = false
    if descriptor >= 0 { close(descriptor) }
    if !isKept { unlink(temporaryPath) }
    lockstep_temporary_remove(slot)
  }

  /// Opens the temporary file, which another writer may have created.
  ///
  /// - Parameter pastCache: whether bytes that have a place go past the system's cache of files, as far
  ///   as they can.
  package func open(pastCache: Bool = false) throws(DatasetError) {
    guard descriptor < 0 else { return }
    descriptor = Glibc.open(temporaryPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw Self.failure(target, "cannot be created", errno) }
    if pastCache { direct = DirectWriter(temporaryPath) }
  }
}
