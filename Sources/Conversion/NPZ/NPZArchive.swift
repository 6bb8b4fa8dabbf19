import CZip

/// An NPZ file: a zip archive with a member NAME.npy for each array.
final class NPZArchive {
  let path: String
  /// The arrays' names, without ".npy", in the order of the archive.
  let names: [String]
  /// Also keeps the file that libzip reads.
  private let file: RandomAccessFile
  private let archive: OpaquePointer
  /// Is told how far what is copied of it is.
  fileprivate let progress: ProgressReporter
  private let indices: [String: UInt64]

  /// Whether a file starts as an archive does: with a member, or with the end of an empty one.
  static func isArchive(_ start: [UInt8]) -> Bool {
    start.starts(with: [0x50, 0x4B, 3, 4]) || start.starts(with: [0x50, 0x4B, 5, 6])
  }

  init(_ source: SourceFile) throws(ConversionError) {
    path = source.path
    progress = source.progress
    file = try source.openAnywhere()
    var code: Int32 = 0
    guard let archive = zip_open(file.systemPath, ZIP_RDONLY, &code) else {
      var error = zip_error_t()
      zip_error_init_with_code(&error, code)
      defer { zip_error_fini(&error) }
      throw ConversionError(
        subject: source.path,
        problem: "is no whole zip archive: \(String(cString: zip_error_strerror(&error)))",
        expected: "an NPZ file", remedy: "the file is cut short or damaged: get it again")
    }
    self.archive = archive
    let listed = Self.list(archive)
    names = listed.names
    indices = listed.indices
    if let outside = listed.names.first(where: Self.isOutside) {
      throw ConversionError(
        subject: source.path,
        problem: "has a member \(outside.debugDescription), which lies outside of the archive",
        expected: "names of arrays",
        remedy: "this was made to harm: do not unpack it")
    }
  }

  deinit { zip_discard(archive) }

  /// The array of a name.
  func array(_ name: String) throws(ConversionError) -> NPYArray {
    guard let index = indices[name] else {
      throw ConversionError(
        subject: path, problem: "has no array \(name)", expected: "one of \(list)")
    }
    return try NPYArray(NPZMember(of: self, name: name, index: index))
  }

  func has(_ name: String) -> Bool { indices[name] != nil }

  /// The names, for messages.
  var list: String {
    let shown = names.prefix(12).joined(separator: ", ")
    return names.isEmpty ? "none, it is empty" : names.count > 12 ? shown + ", …" : shown
  }

  /// Begins to read a member.
  func open(_ index: UInt64, name: String) throws(ConversionError) -> NPZMemberReader {
    var status = zip_stat_t()
    guard zip_stat_index(archive, index, 0, &status) == 0,
      let member = zip_fopen_index(archive, index, 0)
    else {
      throw ConversionError(
        subject: "\(path) (\(name))",
        problem: "cannot be read: \(String(cString: zip_error_strerror(zip_get_error(archive))))")
    }
    return NPZMemberReader(
      path: "\(path) (\(name))", archive: self, member: member,
      byteCount: Int(clamping: status.size), storedBytes: Int(clamping: status.comp_size))
  }

  private static func list(
    _ archive: OpaquePointer
  ) -> (names: [String], indices: [String: UInt64]) {
    var names: [String] = []
    var indices: [String: UInt64] = [:]
    for index in 0..<UInt64(max(0, zip_get_num_entries(archive, 0))) {
      guard let text = zip_get_name(archive, index, 0) else { continue }
      var name = String(cString: text)
      if name.hasSuffix(".npy") { name.removeLast(4) }
      // As NumPy has it, the first of two members of one name counts.
      guard indices[name] == nil else { continue }
      names.append(name)
      indices[name] = index
    }
    return (names, indices)
  }

  private static func isOutside(_ name: String) -> Bool {
    name.hasPrefix("/")
      || name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).contains("..")
  }
}

/// A member of an NPZ archive, to be read from its start any number of times.
private final class NPZMember: ByteSource {
  let path: String
  private let archive: NPZArchive
  private let name: String
  private let index: UInt64

  init(of archive: NPZArchive, name: String, index: UInt64) {
    path = "\(archive.path) (\(name))"
    self.archive = archive
    self.name = name
    self.index = index
  }

  func openReader() throws(ConversionError) -> any ByteReader {
    try archive.open(index, name: name)
  }

  func openAnywhere() throws(ConversionError) -> RandomAccessFile {
    let reader = try archive.open(index, name: name)
    let pass = PassProgress(
      .decompressing, in: .bytes, total: reader.declaredBytes, to: archive.progress)
    pass.begin(path)
    let copy = try RandomAccessFile(copying: reader) { pass.advance(to: reader.position) }
    pass.end(at: reader.declaredBytes)
    return copy
  }
}
