import Kernels
import Testing

@Suite struct ScatterTests {
  @Test(arguments: sets, [false, true])
  func `rows come to their places and nowhere else`(set: InstructionSet, pastCaches: Bool) {
    let places: [Int32] = [4, -1, 0, 6, -1, 2]
    for rowBytes in [0, 1, 3, 63, 64, 65, 127, 128, 200, 784, 1000] {
      for offset in [0, 1, 40] {
        let rows = (0..<places.count * rowBytes).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
        var buffer = [UInt8](repeating: 255, count: offset + 8 * rowBytes + 1)
        var expected = buffer
        for (row, place) in places.enumerated() where place >= 0 {
          for byte in 0..<rowBytes {
            expected[offset + Int(place) * rowBytes + byte] = rows[row * rowBytes + byte]
          }
        }
        rows.withUnsafeBytes { rows in
          buffer.withUnsafeMutableBytes { buffer in
            places.withUnsafeBufferPointer { places in
              guard let rows = rows.baseAddress else { return }
              Scatter.rows(
                rows, rowBytes: rowBytes, to: places, of: buffer.baseAddress! + offset,
                pastCaches: pastCaches, with: set)
            }
          }
        }
        #expect(buffer == expected, "\(rowBytes) bytes at \(offset)")
      }
    }
  }
}
