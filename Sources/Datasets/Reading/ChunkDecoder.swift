import CDeflate
import HDF5

/// Undoes HDF5's shuffle, deflate and fletcher32 filters outside the library, and so outside its
/// lock.
struct ChunkDecoder: Sendable {
  private enum Step {
    case shuffle, deflate, fletcher32
  }

  let elementBytes: Int
  /// In the order in which chunks went through them; a step's place is its bit in the filter mask.
  private let steps: [Step]

  /// - Returns: nil for a pipeline of other filters.
  init?(filters: [Filter], elementBytes: Int) {
    self.elementBytes = elementBytes
    var steps: [Step] = []
    for filter in filters {
      switch filter {
      case .shuffle: steps.append(.shuffle)
      case .deflate where !steps.contains(.deflate): steps.append(.deflate)
      case .fletcher32: steps.append(.fletcher32)
      default: return nil
      }
    }
    self.steps = steps
  }

  /// Whether chunks are stored as they are.
  var isIdentity: Bool { steps.isEmpty }

  /// How many buffers as large as a chunk a thread needs: for the stored chunk, between steps, and
  /// for chunks of which only a part is wanted.
  var bufferCount: Int { isIdentity ? 1 : 2 + min(2, steps.count - 1) }

  private static let checksumBytes = 4

  /// - Parameters:
  ///   - filterMask: which filters this chunk was stored without.
  ///   - chunk: receives the decoded bytes.
  /// - Returns: whether the stored bytes decode to exactly a chunk, and its checksum holds.
  func decode(
    _ stored: UnsafeRawBufferPointer, filterMask: UInt32, scratch: DecoderScratch,
    into chunk: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let active = steps.indices.filter { filterMask & (1 << UInt32($0)) == 0 }.map { steps[$0] }
    var data = stored
    var isInFirst = false
    for (index, step) in active.enumerated().reversed() {
      if step == .fletcher32 {
        guard let rest = verified(data) else { return false }
        data = rest
        continue
      }
      // Before this step a checksum may have been added to the chunk.
      let isLast = !active[..<index].contains { $0 != .fletcher32 }
      let added = Self.checksumBytes * active[..<index].count { $0 == .fletcher32 }
      let count = step == .deflate ? chunk.count + added : data.count
      let target: UnsafeMutableRawBufferPointer
      if isLast, added == 0 {
        guard count == chunk.count else { return false }
        target = chunk
      } else {
        let most = chunk.count + Self.checksumBytes * steps.count
        if isInFirst { scratch.reserveSecond(most) } else { scratch.reserveFirst(most) }
        let buffer = isInFirst ? scratch.second : scratch.first
        guard count <= buffer.count else { return false }
        target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        isInFirst.toggle()
      }
      if step == .deflate {
        // Without a place for the size, anything but exactly `count` bytes is a failure.
        let result = libdeflate_zlib_decompress(
          scratch.decompressor, data.baseAddress, data.count, target.baseAddress, count, nil)
        guard result == LIBDEFLATE_SUCCESS else { return false }
      } else {
        unshuffle(data, into: target)
      }
      data = UnsafeRawBufferPointer(target)
    }
    guard data.count == chunk.count else { return false }
    if data.baseAddress != UnsafeRawPointer(chunk.baseAddress) { chunk.copyMemory(from: data) }
    return true
  }

  /// What a checksum stands behind, if it holds.
  private func verified(_ data: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard data.count >= Self.checksumBytes else { return nil }
    let rest = UnsafeRawBufferPointer(rebasing: data.dropLast(Self.checksumBytes))
    let found = UInt32(
      littleEndian: data.loadUnaligned(fromByteOffset: rest.count, as: UInt32.self))
    let sum = fletcher32(rest)
    // Old versions of HDF5 stored the bytes of each half in the other order; it accepts both.
    let swapped = (sum & 0x00FF_00FF) << 8 | (sum >> 8) & 0x00FF_00FF
    return found == sum || found == swapped ? rest : nil
  }

  /// Puts together elements whose first bytes all come first, then all second ones, and so on.
  private func unshuffle(
    _ shuffled: UnsafeRawBufferPointer, into chunk: UnsafeMutableRawBufferPointer
  ) {
    let count = chunk.count / elementBytes
    switch elementBytes {
    case 1: chunk.copyMemory(from: shuffled)
    case 2: Self.gather(UInt16.self, count, shuffled, chunk)
    case 4: Self.gather(UInt32.self, count, shuffled, chunk)
    default: Self.gather(UInt64.self, count, shuffled, chunk)
    }
    // What is no whole element (of a checksum) was left where it was.
    for offset in count * elementBytes..<chunk.count {
      chunk.storeBytes(of: shuffled[offset], toByteOffset: offset, as: UInt8.self)
    }
  }

  /// A whole element at a time: the compiler makes vector code of it.
  @inline(__always)
  private static func gather<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ type: Word.Type, _ count: Int, _ shuffled: UnsafeRawBufferPointer,
    _ chunk: UnsafeMutableRawBufferPointer
  ) {
    guard count > 0 else { return }
    let source = shuffled.baseAddress!.assumingMemoryBound(to: UInt8.self)
    let target = chunk.baseAddress!
    for element in 0..<count {
      var word: Word = 0
      for byte in 0..<MemoryLayout<Word>.size {
        word |= Word(truncatingIfNeeded: source[byte &* count &+ element]) &<< Word(8 &* byte)
      }
      target.storeBytes(
        of: word.littleEndian, toByteOffset: element &* MemoryLayout<Word>.size, as: type)
    }
  }
}

/// HDF5's form of Fletcher's checksum: over big-endian pairs of bytes, modulo 65535.
///
/// The corresponding C function is `H5_checksum_fletcher32`.
func fletcher32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  var first: UInt32 = 0
  var second: UInt32 = 0
  func fold() {
    first = (first & 0xFFFF) + (first >> 16)
    second = (second & 0xFFFF) + (second >> 16)
  }
  let pairs = bytes.count / 2
  var start = 0
  while start < pairs {
    // So many pairs cannot overflow 32 bits.
    let end = min(start + 360, pairs)
    for pair in start..<end {
      first &+= UInt32(bytes[2 * pair]) << 8 | UInt32(bytes[2 * pair + 1])
      second &+= first
    }
    fold()
    start = end
  }
  if !bytes.count.isMultiple(of: 2) {
    first &+= UInt32(bytes[bytes.count - 1]) << 8
    second &+= first
    fold()
  }
  fold()
  return second << 16 | first
}
