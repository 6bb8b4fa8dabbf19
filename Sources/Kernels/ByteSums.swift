import CKernels

/// What bytes are like as numbers.
package struct ByteSums: Equatable {
  package var sum = 0
  /// The sum of their squares.
  package var squares = 0
  /// 255 of none.
  package var least = UInt8.max
  /// 0 of none.
  package var greatest = UInt8.min

  package init() {}

  /// Adds up at most 2⁴⁷ bytes.
  package init(of bytes: UnsafeRawBufferPointer, with set: InstructionSet = .current) {
    guard let first = bytes.baseAddress else { return }
    let sums = set.loops.pointee.byte_sums(
      first.assumingMemoryBound(to: UInt8.self), bytes.count)
    (sum, squares) = (Int(sums.sum), Int(sums.squares))
    (least, greatest) = (sums.least, sums.greatest)
  }
}
