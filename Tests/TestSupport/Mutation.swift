/// Damages a file in one to eight places.
public func mutated(_ original: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
  var bytes = original
  for _ in 0...random.below(8) where !bytes.isEmpty {
    let place = random.below(bytes.count)
    switch random.below(7) {
    case 0: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 2:
      // Sizes, counts and addresses at the edges of their range.
      let extremes: [UInt64] = [
        0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0xFFFF_FFFF, 1 << 40, .max, .max >> 1,
      ]
      let value = extremes[random.below(extremes.count)]
      for byte in 0..<min(1 << random.below(4), bytes.count - place) {
        bytes[place + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))
      }
    case 3:
      for byte in 0..<min(random.below(32), bytes.count - place) { bytes[place + byte] = 0 }
    case 4:
      let source = random.below(bytes.count)
      for byte in 0..<min(random.below(64), bytes.count - max(place, source)) {
        bytes[place + byte] = bytes[source + byte]
      }
    case 5 where random.below(8) == 0: bytes.removeLast(bytes.count - place)
    default:
      for byte in 0..<min(1 + random.below(4), bytes.count - place) {
        bytes[place + byte] = UInt8(truncatingIfNeeded: random.next())
      }
    }
  }
  return bytes
}
