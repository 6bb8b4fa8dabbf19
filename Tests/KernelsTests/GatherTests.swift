import Kernels
import Testing

@Suite struct GatherTests {
  /// Bytes whose every bit pattern is a number that a float holds well enough to compare.
  private func bytes(_ type: ElementCode, count: Int) -> [UInt8] {
    var random = RandomStream(seed: 7, purpose: .selection)
    func raw<T>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
    return (0..<count).flatMap { _ -> [UInt8] in
      switch type {
      case .float32: raw(random.uniform() * 100 - 50)
      case .float64: raw(Double(random.uniform()) * 100 - 50)
      case .float16: raw(UInt16(truncatingIfNeeded: random.next()) & 0xbfff)
      default: (0..<type.byteCount).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      }
    }
  }

  @Test(arguments: sets, ElementCode.allCases)
  func `rows of every type are gathered as the reference does`(
    set: InstructionSet, type: ElementCode
  ) {
    let rows = 11
    let indices: [Int32] = [3, 0, 10, 3, 7]
    for width in sizes + [72, 100, 200] {
      // One byte in front, so that nothing is aligned.
      let data = [0] + bytes(type, count: rows * width)
      let scales = Floats(random: width, offset: 1)
      let shifts = Floats(random: width, seed: 2, offset: 3)
      let kinds: [Gather.ScaleShift] = [
        .none, .uniform(scale: 1 / 255, shift: -0.5),
        .perFeature(scale: scales.view, shift: shifts.view),
      ]
      for kind in kinds {
        let fast = Floats(zeros: indices.count * width, offset: 2)
        let naive = Floats(zeros: indices.count * width)
        data.withUnsafeBytes { data in
          indices.withUnsafeBufferPointer { indices in
            let base = data.baseAddress! + 1
            Gather.rows(
              from: base, type: type, rowWidth: width, indices: indices, scale: kind,
              into: fast.view, with: set)
            Reference.gather(
              from: base, type: type, rowWidth: width, indices: indices, scale: kind,
              into: naive.view)
          }
        }
        #expect(agree(fast.values, naive.values, relative: 5e-7, floor: 1))
        #expect(fast.isIntact)
      }
    }
  }

  @Test(arguments: sets)
  func `every half-precision number is converted exactly`(set: InstructionSet) {
    let halves = (0..<65536).map { UInt16($0) }
    let (fast, naive) = (Floats(zeros: 65536), Floats(zeros: 65536))
    halves.withUnsafeBytes { data in
      let row: [Int32] = [0]
      row.withUnsafeBufferPointer { row in
        Gather.rows(
          from: data.baseAddress!, type: .float16, rowWidth: 65536, indices: row, scale: .none,
          into: fast.view, with: set)
        Reference.gather(
          from: data.baseAddress!, type: .float16, rowWidth: 65536, indices: row, scale: .none,
          into: naive.view)
      }
    }
    #expect(
      zip(fast.values, naive.values).allSatisfy {
        $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN)
      })
  }
}
