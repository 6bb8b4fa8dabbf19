import Glibc
import Kernels

/// Adds up how long a thread spends in each part of a step.
///
/// It is read between parts and never stopped: what has passed since the last reading belongs to
/// the part that ends now. A reading takes some 25 ns. One thread at a time uses it; all memory is
/// allocated by `init`.
package final class StepTimer {
  /// One part, from when to when on which thread, by the monotonic clock.
  package struct Span: BitwiseCopyable {
    package var part = 0
    package var thread: UInt = 0
    package var start: UInt64 = 0
    package var end: UInt64 = 0
  }

  /// Of each part, by its number.
  private let nanoseconds: AlignedBuffer<UInt64>
  private let recorded: AlignedBuffer<Span>
  private var recordedCount = 0
  private var last: UInt64 = 0

  /// - Parameters:
  ///   - parts: they are numbered below this.
  ///   - spans: how many single spans to keep besides, the first ones.
  package init(parts: Int, spans: Int) {
    nanoseconds = AlignedBuffer(count: parts)
    recorded = AlignedBuffer(count: spans)
  }

  /// Begins with a part; what passed since the last reading belongs to none.
  package func start() { last = Self.now() }

  /// Ends a part; the next one begins.
  package func end(_ part: Int) {
    let now = Self.now()
    nanoseconds.pointer[part] += now - last
    if recordedCount < recorded.count {
      recorded.pointer[recordedCount] = Span(
        part: part, thread: pthread_self(), start: last, end: now)
      recordedCount += 1
    }
    last = now
  }

  package func end(_ part: ShardPart) { end(part.number) }

  /// Nanoseconds spent in each part so far.
  package var totals: [UInt64] { Array(nanoseconds.pointer) }

  package var spans: ArraySlice<Span> { Array(recorded.pointer).prefix(recordedCount) }

  /// The monotonic clock, in nanoseconds.
  package static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// What a thread does with a shard of a mini-batch.
package enum ShardPart: Equatable {
  case gather, loss
  case forward(layer: Int)
  case backward(layer: Int)

  /// Its number for a `StepTimer`.
  package var number: Int {
    switch self {
    case .gather: 0
    case .loss: 1
    case .forward(let layer): 2 + 2 * layer
    case .backward(let layer): 3 + 2 * layer
    }
  }

  package init(number: Int) {
    switch number {
    case 0: self = .gather
    case 1: self = .loss
    default:
      let layer = (number - 2) / 2
      self = number.isMultiple(of: 2) ? .forward(layer: layer) : .backward(layer: layer)
    }
  }

  /// What it is called.
  /// - Parameter layer: the name of a layer.
  package func name(_ layer: (Int) -> String) -> String {
    switch self {
    case .gather: "gather"
    case .loss: "loss"
    case .forward(let index): "forward \(layer(index))"
    case .backward(let index): "backward \(layer(index))"
    }
  }

  /// How many a network of so many layers has.
  package static func count(layers: Int) -> Int { 2 + 2 * layers }
}
