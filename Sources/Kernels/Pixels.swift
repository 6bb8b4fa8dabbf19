import CKernels

/// Pixels of four bytes, red, green, blue and one that is left out, to planes of bytes.
package enum Pixels {
  /// Parts pixels into three planes, one behind another.
  ///
  /// - Parameters:
  ///   - pixels: four bytes for each.
  ///   - planes: three bytes for each.
  package static func separate(
    _ pixels: UnsafeRawBufferPointer, into planes: UnsafeMutableBufferPointer<UInt8>,
    with set: InstructionSet = .current
  ) {
    let count = planes.count / 3
    precondition(pixels.count >= 4 * count, "a pixel for each byte of a plane")
    guard count > 0 else { return }
    set.loops.pointee.separate(
      pixels.baseAddress!.assumingMemoryBound(to: UInt32.self), count, planes.baseAddress!, count)
  }
}
