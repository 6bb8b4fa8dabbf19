import Kernels
import Synchronization
import Testing

/// The instruction sets that this machine can run.
let sets = InstructionSet.allCases.filter(\.isAvailable)

/// Floats for a test, that may start anywhere and whose neighbours are watched: they are NaN, so
/// that a kernel that reads them shows it, and `isIntact` tells whether one wrote to them.
struct Floats {
  let view: FloatView
  private let buffer: AlignedBuffer<Float>
  private let start: Int

  private static let margin = 32
  private static let mark = Float(nan: 0x1234, signaling: false)
  /// Keeps every buffer alive: a view does not.
  private static let alive = Mutex<[UInt]>([])

  /// - Parameter offset: how many floats the start is away from an aligned address.
  init(_ values: [Float], offset: Int = 0) {
    let buffer = AlignedBuffer<Float>(count: values.count + 2 * Floats.margin + offset)
    buffer.view.fill(Floats.mark)
    start = Floats.margin + offset
    view = buffer.view.slice(start..<start + values.count)
    for (i, value) in values.enumerated() { view.base[i] = value }
    self.buffer = buffer
    let kept = UInt(bitPattern: Unmanaged.passRetained(buffer).toOpaque())
    Floats.alive.withLock { $0.append(kept) }
  }

  /// Uniform random numbers that `seed` tells.
  init(
    random count: Int, in range: ClosedRange<Float> = -1...1, seed: UInt64 = 1, offset: Int = 0
  ) {
    var stream = RandomStream(seed: seed, purpose: .selection)
    self.init(
      (0..<count).map { _ in
        range.lowerBound + (range.upperBound - range.lowerBound) * stream.uniform()
      }, offset: offset)
  }

  init(zeros count: Int, offset: Int = 0) {
    self.init(Array(repeating: 0, count: count), offset: offset)
  }

  func copy(offset: Int = 0) -> Floats { Floats(values, offset: offset) }

  var values: [Float] { (0..<view.count).map { view.base[$0] } }

  var bits: [UInt32] { values.map(\.bitPattern) }

  /// Whether nobody wrote outside.
  var isIntact: Bool {
    (0..<buffer.count).allSatisfy { i in
      (i >= start && i < start + view.count)
        || buffer.view.base[i].bitPattern == Floats.mark.bitPattern
    }
  }
}

/// Whether values agree to `relative` of the larger of the expected size and `floor`; NaN and
/// infinities must be the same.
func agree(
  _ found: [Float], _ expected: [Float], relative: Float = 1e-6, floor: Float = 1e-30
) -> Bool {
  found.count == expected.count
    && zip(found, expected).allSatisfy { found, expected in
      found == expected || (found.isNaN && expected.isNaN)
        || abs(found - expected) <= relative * max(abs(expected), floor)
    }
}

func agree(_ found: Double, _ expected: Double, relative: Double = 1e-6) -> Bool {
  found == expected || abs(found - expected) <= relative * max(abs(expected), 1e-30)
}

/// Sizes around the widths of vectors and tiles.
let sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65]
