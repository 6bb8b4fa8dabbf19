import Datasets
import Glibc

/// A source as it was named: a file, or standard input as "-". It can be read from its start any
/// number of times: what the system hands out only once (a pipe) goes to a working file first.
final class SourceFile: Sendable {
  /// What messages call it.
  let path: String
  /// What is in it if it is a folder, which is no bytes to read.
  let folder: FolderTree?
  /// Bytes of the file on the disk.
  let size: Int
  let compression: Compression
  /// The file's path for the system.
  private let systemPath: String
  private let spool: Spool?
  /// Is told how far what is read of it is.
  let progress: ProgressReporter

  /// The word that stands for standard input on the command line.
  static let standardInput = "-"

  /// The sources of each split.
  /// - Parameters:
  ///   - work: where what can be read only once is kept.
  ///   - progress: is told how far the passes over them are.
  static func open(
    _ arguments: [SplitName: [String]], keepingIn work: WorkingFolder?,
    _ progress: ProgressReporter
  ) throws(ConversionError) -> [SplitName: [SourceFile]] {
    var sources: [SplitName: [SourceFile]] = [:]
    // What is named twice may be there for reading once only.
    var opened: [String: SourceFile] = [:]
    for (split, arguments) in arguments.sorted(by: { $0.key < $1.key }) where !arguments.isEmpty {
      for argument in arguments {
        let file =
          if let file = opened[argument] { file } else {
            try SourceFile(argument, keepingIn: work, progress)
          }
        opened[argument] = file
        sources[split, default: []].append(file)
      }
    }
    return sources
  }

  /// - Parameters:
  ///   - argument: a path, or "-".
  ///   - work: where what can be read only once is kept; nil for a file without a name.
  ///   - progress: is told how far the passes over it are.
  init(
    _ argument: String, keepingIn work: WorkingFolder? = nil,
    _ progress: ProgressReporter = ProgressReporter()
  ) throws(ConversionError) {
    self.progress = progress
    let isInput = argument == Self.standardInput
    path = isInput ? "standard input" : argument
    if let kept = try work?.spool(of: argument) {
      spool = kept
    } else if isInput {
      spool = try Self.spool(STDIN_FILENO, argument, named: path, work, progress)
    } else {
      let descriptor = try Self.open(argument, named: argument)
      defer { close(descriptor) }
      spool = try Self.spool(descriptor, argument, named: argument, work, progress)
    }
    systemPath = spool?.path ?? (isInput ? "/proc/\(getpid())/fd/\(STDIN_FILENO)" : argument)
    let descriptor = try Self.open(systemPath, named: path)
    defer { close(descriptor) }
    var status = stat()
    fstat(descriptor, &status)
    if status.st_mode & S_IFMT == S_IFDIR {
      let listed = work?.folder(named: argument)
      folder = if let listed { listed } else { try FolderTree(argument, progress) }
      (size, compression) = (0, .none)
      return
    }
    folder = nil
    size = Int(status.st_size)
    var start = [UInt8](repeating: 0, count: Compression.magicBytes)
    let count = pread(descriptor, &start, start.count, 0)
    guard count >= 0 else {
      throw ConversionError(subject: path, problem: "cannot be read: \(Self.systemMessage)")
    }
    compression = Compression(start: start.prefix(count))
  }

  var isFolder: Bool { folder != nil }

  /// Begins to read the file from its start.
  func open() throws(ConversionError) -> SourceReader {
    guard !isFolder else {
      throw ConversionError(subject: path, problem: "is a folder", expected: "a file")
    }
    return try SourceReader(
      path: path, descriptor: Self.open(systemPath, named: path), size: size,
      compression: compression)
  }

  /// The content for reading at any place; decompressed to a working file if need be.
  func openAnywhere() throws(ConversionError) -> RandomAccessFile {
    guard compression == .none, !isFolder else { return try decompressed() }
    return RandomAccessFile(
      path: path, systemPath: systemPath, descriptor: try Self.open(systemPath, named: path),
      size: size, spool: spool)
  }

  private func decompressed() throws(ConversionError) -> RandomAccessFile {
    let reader = try open()
    let pass = PassProgress(.decompressing, over: [self])
    pass.begin(path)
    let copy = try RandomAccessFile(copying: reader) { pass.advance(to: reader.bytesTaken) }
    pass.end(at: size)
    return copy
  }

  static func open(_ path: String, named name: String) throws(ConversionError) -> Int32 {
    let descriptor = path.utf8.contains(0) ? -1 : Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw ConversionError(subject: name, problem: "cannot be opened: \(systemMessage)")
    }
    return descriptor
  }

  static var systemMessage: String { String(cString: strerror(errno)) }

  /// Copies what can be read only once.
  /// - Returns: nil for a file, which needs no copy.
  private static func spool(
    _ descriptor: Int32, _ argument: String, named path: String, _ work: WorkingFolder?,
    _ progress: ProgressReporter
  ) throws(ConversionError) -> Spool? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw ConversionError(subject: path, problem: "cannot be read: \(systemMessage)")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG, S_IFDIR: return nil
    case S_IFIFO, S_IFSOCK: break
    default:
      throw ConversionError(
        subject: path, problem: isatty(descriptor) == 1 ? "is a terminal" : "is a device",
        expected: "a file or a pipe")
    }
    let spool = if let work { try work.newSpool(for: argument) } else { try Spool() }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    let pass = PassProgress(.copying, in: .bytes, total: nil, to: progress)
    pass.begin(path)
    var copied = 0
    while true {
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw ConversionError(subject: path, problem: "cannot be read: \(systemMessage)")
      }
      if count == 0 { break }
      try spool.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]), of: path)
      copied += count
      pass.advance(to: copied)
    }
    try spool.finish()
    try work?.keepIdentity()
    return spool
  }
}
