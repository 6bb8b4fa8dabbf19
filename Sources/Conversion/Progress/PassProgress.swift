import Datasets
import Dispatch
import Synchronization

/// Tells how far a pass is, source after source. For the thread that the conversion was called on.
final class PassProgress {
  private let reporter: ProgressReporter
  private var pass: ConversionProgress.Pass
  /// What was done of the sources before the present one.
  private var before = 0

  /// Waits so long before it tells again what other threads have done.
  private static let spacing = DispatchTimeInterval.milliseconds(50)

  /// - Parameter total: nil where it is not known.
  init(
    _ work: ConversionProgress.Pass.Work, in unit: ConversionProgress.Pass.Unit, total: Int?,
    to reporter: ProgressReporter
  ) {
    self.reporter = reporter
    pass = ConversionProgress.Pass(work: work, unit: unit, done: 0, total: total)
  }

  /// A pass over the bytes of files.
  /// - Parameter times: how many times they are read.
  convenience init(
    _ work: ConversionProgress.Pass.Work, over files: [SourceFile], times: Int = 1
  ) {
    self.init(
      work, in: .bytes, total: times * files.reduce(0) { $0 + $1.size }, to: files[0].progress)
  }

  /// A pass over the rows of sources.
  convenience init(
    _ work: ConversionProgress.Pass.Work, over sources: [any RowSource],
    to reporter: ProgressReporter
  ) {
    self.init(work, in: .rows, total: sources.reduce(0) { $0 + $1.rowCount }, to: reporter)
  }

  /// Begins with the next source.
  func begin(_ source: String?) {
    pass.source = source
    reporter.report(.pass(pass))
  }

  /// - Parameter done: of the present source, from its start.
  func advance(to done: Int) {
    pass.done = max(pass.done, min(before + done, pass.total ?? .max))
    reporter.report(.pass(pass))
  }

  /// Ends the present source, all of which was so much.
  func end(at amount: Int) {
    before += amount
    advance(to: 0)
  }

  /// Computes the values of a source's parts on all cores, and tells on this thread how far that is.
  /// - Parameter amount: what all parts are together; each is about as much.
  func concurrentResults<Value: Sendable>(
    _ count: Int, amount: Int, _ body: @escaping @Sendable (Int) -> Value
  ) -> [Value] {
    let counter = Counter()
    func done() -> Int {
      let part = Double(counter.finished.load(ordering: .relaxed)) / Double(count)
      return Int(part * Double(amount))
    }
    return concurrentResults(count, done: done) { index in
      defer { counter.finished.add(1, ordering: .relaxed) }
      return body(index)
    }
  }

  /// Computes the values of a source's parts on all cores, and tells on this thread how far that is.
  /// - Parameter done: says how much of the source is done.
  func concurrentResults<Value: Sendable>(
    _ count: Int, done: () -> Int, _ body: @escaping @Sendable (Int) -> Value
  ) -> [Value] {
    nonisolated(unsafe) var results: [Value] = []
    let computing = DispatchGroup()
    DispatchQueue.global().async(group: computing) {
      results = Datasets.concurrentResults(count, body)
    }
    while computing.wait(timeout: .now() + Self.spacing) == .timedOut { advance(to: done()) }
    return results
  }

  private final class Counter: Sendable {
    let finished = Atomic<Int>(0)
  }
}
