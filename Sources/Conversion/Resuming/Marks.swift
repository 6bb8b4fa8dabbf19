import Datasets
import Dispatch
import Settings

/// Keeps marks of how far rows are kept, each once its rows are on the disk; more may come meanwhile.
final class Marks {
  /// Where reading begins.
  let begun: ReadingMark
  private let work: WorkingFolder
  /// So many bytes are kept between two marks.
  private let spacing: Int
  private var unmarkedBytes = 0
  /// A mark that is to be kept once its rows are on the disk.
  private var pending: (mark: ReadingMark, rows: Synchronization)?

  init(from begun: ReadingMark, in work: WorkingFolder, spacing: Int) {
    self.begun = begun
    self.work = work
    self.spacing = spacing
  }

  /// Whether so much came since the last mark that another one is worth its time.
  var isDue: Bool { unmarkedBytes >= spacing }

  /// Takes note of rows that came.
  func add(bytes: Int) throws(ConversionError) {
    unmarkedBytes += bytes
    try keepPending(afterWaiting: false)
  }

  /// Keeps a mark.
  ///
  /// - Parameters:
  ///   - mark: where reading stands.
  ///   - rows: what it tells of, on its way to the disk.
  func keep(_ mark: ReadingMark, of rows: Synchronization) throws(ConversionError) {
    try keepPending(afterWaiting: true)
    pending = (mark, rows)
    unmarkedBytes = 0
  }

  /// Keeps the last mark if its rows are on the disk.
  /// - Parameter mayWait: whether to wait for that.
  func keepPending(afterWaiting mayWait: Bool) throws(ConversionError) {
    guard let (mark, rows) = pending, mayWait || rows.isDone else { return }
    pending = nil
    try rows.finish()
    try work.keep(mark.settings, as: .mark)
  }

  /// Waits for the disk, and removes the mark: what is done next with the rows cannot be gone on with.
  func end() throws(ConversionError) {
    defer { pending = nil }
    try pending?.rows.finish()
    work.removeMark()
  }
}

/// What was written to a file, on its way to the disk.
final class Synchronization: @unchecked Sendable {
  private let group = DispatchGroup()
  /// Touched by the group's work, and once that is done.
  private var result = Result<Void, ConversionError>.success(())

  /// - Parameter synchronize: waits until the disk has what was written, on another thread.
  init(_ synchronize: @escaping () throws(ConversionError) -> Void) {
    nonisolated(unsafe) let synchronize = synchronize
    DispatchQueue.global().async(group: group) { [self] in
      do throws(ConversionError) { try synchronize() } catch { result = .failure(error) }
    }
  }

  /// Whether `finish` would not wait.
  var isDone: Bool { group.wait(timeout: .now()) == .success }

  /// Waits until it is on the disk.
  func finish() throws(ConversionError) {
    group.wait()
    try result.get()
  }
}
