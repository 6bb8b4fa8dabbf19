/// Random numbers that are the same in every run: SplitMix64 (Steele et al. 2014).
struct Random {
  private var state: UInt64

  init(seed: UInt64, case number: Int) {
    state = seed &* 0xD134_2543_DE82_EF95 &+ UInt64(number)
    _ = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(1, count))) }
}

/// Damages a file in one to eight places.
func mutated(_ original: [UInt8], _ random: inout Random) -> [UInt8] {
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
