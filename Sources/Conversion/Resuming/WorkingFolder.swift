import CSystem
import Datasets
import Glibc
import Settings

/// What a conversion keeps beside its output while it runs, for one that is interrupted to go on: a
/// hidden folder, in which each unit of work that is done is a file.
///
/// The folder is there as soon as there is something to keep. It outlives the process that is
/// interrupted, however that happens; it is removed when the output is complete or cannot be made. A
/// conversion that goes on uses what is in it if sources and options are still the same.
///
/// One thread at a time may use a value; one process at a time holds the folder.
final class WorkingFolder {
  /// A unit of work.
  enum Unit: String {
    /// What the other units are of.
    case identity
    /// What the columns of tables are, and how many good rows there are.
    case table
    /// How far `rows` goes.
    case mark
  }

  /// Ends in a slash.
  let path: String
  private let output: String
  private var identity: WorkIdentity
  /// The open file whose lock says that the folder is in use; -1 while there is no folder.
  private var owner: Int32 = -1
  /// What the user should know of how it went on.
  private(set) var notes: [String] = []

  /// Takes over what an interrupted conversion left, or removes what is of no use.
  ///
  /// - Parameter progress: is told how far the listing of folders is.
  /// - Throws: `ConversionError` when there is something that was not asked for.
  init(_ options: ConversionOptions, _ progress: ProgressReporter) throws(ConversionError) {
    output = options.output
    let path = AtomicFile.hiddenPath(besides: output) + ".unfinished/"
    self.path = path
    identity = try WorkIdentity(options, progress) {
      options.resumes && access(Self.input($0, in: path), F_OK) == 0
    }
    guard try isThere() else {
      if options.resumes { notes.append("no interrupted conversion was found to go on with") }
      return
    }
    try removePartialOutput(of: lock())
    guard let kept = text(of: .identity).map(WorkIdentity.init(text:)) else {
      remove()
      return
    }
    guard options.resumes || options.replacesExisting else {
      let path = path
      unlock()
      throw ConversionError(
        subject: output, problem: "was being made by a conversion that was interrupted (\(path))",
        remedy: "go on with it by --resume, or start anew by --force")
    }
    guard options.resumes else {
      remove()
      return
    }
    if let difference = kept.difference(from: identity) {
      remove()
      identity = try WorkIdentity(options, progress) { _ in false }
      notes.append(
        "everything was done anew: \(difference) changed since the conversion was interrupted")
    }
  }

  deinit { unlock() }

  /// Removes what conversions keep, and the folder if nothing else is in it, unless it is another
  /// conversion's.
  func remove() {
    guard owner >= 0 else { return }
    for name in folderNames(path) ?? [] where Self.isKept(name) { unlink(path + name) }
    rmdir(path)
    unlock()
  }

  /// Whether a conversion gave this name, or one of its parts that it had not finished.
  private static func isKept(_ name: String) -> Bool {
    let units = [Unit.identity, .table, .mark].map(\.rawValue)
    return ["owner", "rows"].contains(name) || units.contains(name) || name.hasPrefix("input-")
      || name.hasSuffix(".partial") && units.contains { name.hasPrefix(".\($0).") }
  }

  /// Whether the folder is there.
  /// - Throws: when what has its name is not a folder, or another user's, who could lead us to write
  ///   elsewhere.
  private func isThere() throws(ConversionError) -> Bool {
    var status = stat()
    guard lstat(String(path.dropLast()), &status) == 0 else { return false }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
      throw ConversionError(
        subject: path, problem: "is not a folder that a conversion of yours left",
        remedy: "remove it, or choose another name for the output")
    }
    return true
  }

  /// Removes what was kept of the rows, as they are to be read anew.
  func removeRows() {
    removeMark()
    unlink(rowsPath)
  }

  /// What is done next with the rows that were kept cannot be gone on with, also after a power cut.
  func removeMark() {
    let mark = path + Unit.mark.rawValue
    if unlink(mark) == 0 { try? AtomicFile.syncFolder(of: mark) }
  }

  /// The file of the rows that were read.
  var rowsPath: String { path + "rows" }

  /// A unit that was kept; nil when there is none that is whole.
  func text(of unit: Unit) -> String? {
    guard owner >= 0 else { return nil }
    let descriptor = open(path + unit.rawValue, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      (1...Self.largestUnit).contains(Int(status.st_size))
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let read = bytes.withUnsafeMutableBytes { FileTransfer.read(descriptor, into: $0, at: 0).count }
    guard read == bytes.count, let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return nil }
    let text = String(decoding: bytes[..<end], as: UTF8.self)
    return bytes[end...].elementsEqual(Self.checksum(of: text).utf8) ? text : nil
  }

  /// What stands behind the text of a unit.
  private static func checksum(of text: String) -> String {
    "\n" + String(Array(text.utf8).withUnsafeBytes { crc32($0) }, radix: 16)
  }

  private static let largestUnit = 1 << 30

  /// What `keep` kept; nil when there is nothing of the kind.
  func value(of unit: Unit) -> SettingValue? {
    text(of: unit).flatMap { try? SettingValue(json5: $0.utf8, source: path + unit.rawValue) }
  }

  /// Keeps a unit, in place of an earlier one.
  func keep(_ value: SettingValue, as unit: Unit) throws(ConversionError) {
    try begin()
    try write(value.json(), as: unit)
    try keepIdentity()
  }

  /// Says what is kept here: until then it is of no use.
  func keepIdentity() throws(ConversionError) {
    guard access(path + Unit.identity.rawValue, F_OK) != 0 else { return }
    try write(identity.text, as: .identity)
  }

  /// What is in a folder that is a source.
  func folder(named argument: String) -> FolderTree? { identity.folders[argument] }

  /// What a source that can be read only once has given before; nil when there is nothing.
  func spool(of argument: String) throws(ConversionError) -> Spool? {
    let path = Self.input(identity.index(of: argument), in: path)
    return access(path, F_OK) == 0 ? try Spool(opening: path) : nil
  }

  /// A file for what a source gives only once.
  func newSpool(for argument: String) throws(ConversionError) -> Spool {
    try begin()
    return try Spool(creating: Self.input(identity.index(of: argument), in: path))
  }

  private static func input(_ index: Int, in path: String) -> String { path + "input-\(index)" }

  /// Makes the folder, unless it is there.
  func begin() throws(ConversionError) {
    guard owner < 0 else { return }
    guard try isThere() || mkdir(path, 0o700) == 0 else { throw failure("made", errno) }
    _ = try lock()
  }

  private func write(_ text: String, as unit: Unit) throws(ConversionError) {
    try ConversionError.converting { () throws(DatasetError) in
      try AtomicFile.write(
        text + Self.checksum(of: text), to: path + unit.rawValue, replacingExisting: true)
    }
  }

  /// Takes the folder for this process.
  /// - Returns: the process that had it before, if there was one.
  private func lock() throws(ConversionError) -> Int? {
    owner = open(path + "owner", O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o666)
    guard owner >= 0 else { throw failure("used", errno) }
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = max(0, pread(owner, &bytes, bytes.count, 0))
    let process = Int(String(decoding: bytes[..<count], as: UTF8.self))
    guard flock(owner, LOCK_EX | LOCK_NB) == 0 else {
      unlock()
      throw ConversionError(
        subject: output,
        problem: "is being made by another conversion" + (process.map { ", process \($0)" } ?? ""),
        remedy: "wait for it, or choose another name")
    }
    let text = Array("\(getpid())".utf8)
    _ = ftruncate(owner, 0)
    _ = text.withUnsafeBytes { FileTransfer.write($0, to: owner, at: 0) }
    return process
  }

  private func unlock() {
    if owner >= 0 { close(owner) }
    owner = -1
  }

  private func removePartialOutput(of process: Int?) {
    guard let process else { return }
    AtomicFile.removeTemporaries(of: output, by: process)
  }

  /// That a unit is not what was kept.
  static var damaged: ConversionError {
    ConversionError(
      subject: "what was kept of the interrupted conversion", problem: "is damaged",
      remedy: "convert anew")
  }

  private func failure(_ action: String, _ code: Int32) -> ConversionError {
    ConversionError(
      subject: path,
      problem: "cannot be \(action) to keep what is done so far: \(String(cString: strerror(code)))"
    )
  }
}
