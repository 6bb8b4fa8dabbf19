import Dispatch
import Glibc

/// Reads a text table a piece at a time and parses each piece in blocks, on all cores.
final class BlockBatches<Output> {
  /// Blocks that follow one another.
  struct Batch {
    var blocks: [Block]
    /// Where the piece starts in the table's bytes, and where the blocks end.
    var offset: Int
    var end: Int
    /// Bytes of the file on the disk that were read for this piece and those before it.
    var bytesTaken: Int
    /// Whether a record follows that is longer than a piece.
    var isTooLong = false
  }

  struct Block {
    var output: Output
    /// In the buffer: where the block starts, and where the next one must.
    var start: Int
    var end: Int
    var records: Int
    var problems: [RecordProblem]
  }

  private let file: SourceReader
  private let reader: TableReader
  private let blockBytes: Int
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  /// Bytes at hand, and where they start in the table's bytes.
  private var filled = 0
  private var offset: Int
  /// Whether nothing follows them.
  private var isFinal = false

  /// - Parameter offset: where to begin in the table's bytes.
  init(_ reader: TableReader, blockBytes: Int, offset: Int) throws(ConversionError) {
    file = try reader.source.open()
    try file.skip(offset)
    self.reader = reader
    self.blockBytes = blockBytes
    self.offset = offset
    buffer = .allocate(capacity: reader.bufferBytes)
  }

  deinit { buffer.deallocate() }

  /// Reads and parses the next piece.
  /// - Returns: nil at the end.
  func next(_ parse: @Sendable (inout FieldCursor) -> Output) throws(ConversionError) -> Batch? {
    guard !isFinal else { return nil }
    let free = UnsafeMutableRawBufferPointer(
      rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
    let count = try file.read(into: free)
    filled += count
    isFinal = count < free.count
    let bytes = UnsafeBufferPointer(rebasing: buffer[..<filled])
    var batch = Batch(blocks: [], offset: offset, end: offset, bytesTaken: file.bytesTaken)
    var start = 0
    while start < filled {
      let cuts = cuts(bytes, from: start)
      if cuts.count == 1 { break }
      let (blocks, isWhole) = parseBlocks(bytes, cuts, isFinal: isFinal, parse)
      batch.blocks += blocks
      let end = blocks.last!.end
      let hasEnded = isWhole || end == start
      start = end
      if hasEnded { break }
    }
    if start == 0, filled == buffer.count {
      // A record that fills the buffer is taken for one that ends here, which its quote does not.
      let (blocks, _) = parseBlocks(bytes, [0, 1], isFinal: true, parse)
      start = blocks[0].end
      guard start < filled else {
        isFinal = true
        batch.isTooLong = true
        return batch
      }
      batch.blocks += blocks
    }
    buffer.baseAddress!.update(from: buffer.baseAddress! + start, count: filled - start)
    filled -= start
    offset += start
    batch.end = offset
    return batch
  }

  /// Parses the blocks between cuts, each on any thread.
  /// - Returns: the results up to the first block that does not end where the next one starts, and
  ///   whether that was the last one.
  private func parseBlocks(
    _ bytes: UnsafeBufferPointer<UInt8>, _ cuts: [Int], isFinal: Bool,
    _ parse: @Sendable (inout FieldCursor) -> Output
  ) -> (results: [Block], isWhole: Bool) {
    let count = cuts.count - 1
    let (dialect, columns) = (reader.dialect, reader.columns)
    let results = [Block](unsafeUninitializedCapacity: count) { results, filled in
      nonisolated(unsafe) let results = results.baseAddress!
      nonisolated(unsafe) let bytes = bytes
      DispatchQueue.concurrentPerform(iterations: count) { index in
        var cursor = FieldCursor(
          bytes, block: cuts[index]..<cuts[index + 1], isFinal: isFinal,
          dialect: dialect, columns: columns)
        let output = parse(&cursor)
        (results + index).initialize(
          to: Block(
            output: output, start: cuts[index], end: cuts[index] + cursor.consumed,
            records: cursor.records, problems: cursor.problems))
      }
      filled = count
    }
    let wrong = (1..<count).first { results[$0 - 1].end != cuts[$0] }
    return (wrong.map { Array(results[..<$0]) } ?? results, wrong == nil)
  }

  /// Where to cut bytes into blocks: at the start, at the first record that starts behind each so
  /// many bytes, and where the last whole record ends, if quotes are in order.
  private func cuts(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> [Int] {
    // JSON has no line ends in its quotes.
    let hasQuotes = reader.dialect.json == nil
    let blockBytes = blockBytes
    let places = Array(stride(from: start, to: bytes.count, by: blockBytes))
    let quotes = [Int](unsafeUninitializedCapacity: places.count) { counts, count in
      nonisolated(unsafe) let counts = counts.baseAddress!
      nonisolated(unsafe) let bytes = bytes
      DispatchQueue.concurrentPerform(iterations: places.count) { index in
        var found = 0
        var place = bytes.baseAddress! + places[index]
        let end = bytes.baseAddress! + min(places[index] + blockBytes, bytes.count)
        while hasQuotes, let quote = memchr(place, Int32(TableDialect.quote), end - place) {
          found += 1
          place = UnsafePointer(quote.assumingMemoryBound(to: UInt8.self)) + 1
        }
        (counts + index).initialize(to: found)
      }
      count = places.count
    }
    var cuts = [start]
    var isQuoted = false
    for index in places.indices {
      if places[index] > cuts.last!,
        let cut = Self.recordStart(
          bytes, from: places[index], isQuoted: isQuoted, hasQuotes: hasQuotes), cut < bytes.count
      {
        cuts.append(cut)
      }
      if !quotes[index].isMultiple(of: 2) { isQuoted.toggle() }
    }
    if isFinal { return cuts + [bytes.count] }
    let end = Self.lastRecordEnd(bytes, from: cuts.last!, hasQuotes: hasQuotes)
    return end > cuts.last! ? cuts + [end] : cuts
  }

  /// Where the first record starts behind a place that lies within quotes or not.
  private static func recordStart(
    _ bytes: UnsafeBufferPointer<UInt8>, from place: Int, isQuoted: Bool, hasQuotes: Bool
  ) -> Int? {
    var isQuoted = isQuoted
    for index in place..<bytes.count {
      if hasQuotes, bytes[index] == TableDialect.quote { isQuoted.toggle() }
      if bytes[index] == 0x0A, !isQuoted { return index + 1 }
    }
    return nil
  }

  /// Where the last record ends that ends at all, behind a place where one starts.
  static func lastRecordEnd(
    _ bytes: UnsafeBufferPointer<UInt8>, from place: Int, hasQuotes: Bool
  ) -> Int {
    let rest = UnsafeBufferPointer(rebasing: bytes[place...])
    guard let start = rest.baseAddress else { return place }
    if !hasQuotes || memchr(start, Int32(TableDialect.quote), rest.count) == nil {
      return rest.lastIndex(of: 0x0A).map { place + $0 + 1 } ?? place
    }
    var (end, isQuoted) = (place, false)
    for index in place..<bytes.count {
      if hasQuotes, bytes[index] == TableDialect.quote { isQuoted.toggle() }
      if bytes[index] == 0x0A, !isQuoted { end = index + 1 }
    }
    return end
  }
}
