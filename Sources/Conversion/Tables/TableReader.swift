import Dispatch
import Glibc

/// Reads a text table front to back, its records parsed on all cores.
///
/// The bytes are cut into blocks at places that depend on the file alone, so that whatever is made of
/// the blocks, in their order, does too. Where quotes are out of order a block may be cut in the middle
/// of a record; that shows when the one before it ends elsewhere, and what follows is cut again.
struct TableReader {
  let source: SourceFile
  let dialect: TableDialect
  /// Fields of a record.
  let columns: Int
  /// Where the records start.
  let dataOffset: Int
  /// Bytes that are read at once. No record may be longer.
  var bufferBytes = 16 << 20

  var path: String { source.path }

  /// Where a block of records stands in the table.
  struct Place {
    /// The number of the first record, and how many there are, bad ones included.
    var firstRecord: Int
    var records: Int
    /// By their place in the table.
    var problems: [RecordProblem]
  }

  static let blockBytes = 512 << 10

  /// Parses all records.
  ///
  /// - Parameters:
  ///   - blockBytes: about as many bytes go to `parse` at once.
  ///   - parse: makes something of the records of a block, on any thread.
  ///   - accept: takes it, block after block.
  func forEachBlock<Output>(
    blockBytes: Int = blockBytes, parse: @Sendable (inout FieldCursor) -> Output,
    accept: (Output, Place) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let file = try source.open()
    _ = try file.read(count: dataOffset)
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bufferBytes)
    defer { buffer.deallocate() }
    var (filled, offset, firstRecord) = (0, dataOffset, 0)
    var isFinal = false
    func acceptAll(_ results: [BlockResult<Output>]) throws(ConversionError) {
      for result in results {
        let problems = result.problems.map { problem in
          var problem = problem
          problem.record += firstRecord
          problem.offset += offset + result.start
          return problem
        }
        try accept(
          result.output,
          Place(firstRecord: firstRecord, records: result.records, problems: problems))
        firstRecord += result.records
      }
    }
    while !isFinal {
      let free = UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
      let count = try file.read(into: free)
      filled += count
      isFinal = count < free.count
      let bytes = UnsafeBufferPointer(rebasing: buffer[..<filled])
      var start = 0
      while start < filled {
        let cuts = Self.cuts(bytes, from: start, blockBytes: blockBytes, isFinal: isFinal)
        if cuts.count == 1 { break }
        let (results, isWhole) = parseBlocks(bytes, cuts, isFinal: isFinal, parse)
        try acceptAll(results)
        let end = results.last!.end
        if isWhole || end == start {
          start = end
          break
        }
        start = end
      }
      if start == 0, filled == buffer.count {
        // A record that fills the buffer is taken for one that ends here, which its quote does not.
        let (results, _) = parseBlocks(bytes, [0, 1], isFinal: true, parse)
        start = results[0].end
        guard start < filled else {
          throw error(
            RecordProblem(kind: .tooLong, record: firstRecord, offset: offset), names: nil)
        }
        try acceptAll(results)
      }
      buffer.baseAddress!.update(from: buffer.baseAddress! + start, count: filled - start)
      filled -= start
      offset += start
    }
  }

  private struct BlockResult<Output> {
    var output: Output
    /// In the buffer: where the block starts, and where the next one must.
    var start: Int
    var end: Int
    var records: Int
    var problems: [RecordProblem]
  }

  /// Parses the blocks between cuts, each on any thread.
  /// - Returns: the results up to the first block that does not end where the next one starts, and
  ///   whether that was the last one.
  private func parseBlocks<Output>(
    _ bytes: UnsafeBufferPointer<UInt8>, _ cuts: [Int], isFinal: Bool,
    _ parse: @Sendable (inout FieldCursor) -> Output
  ) -> (results: [BlockResult<Output>], isWhole: Bool) {
    let count = cuts.count - 1
    let results = [BlockResult<Output>](unsafeUninitializedCapacity: count) { results, filled in
      nonisolated(unsafe) let results = results.baseAddress!
      nonisolated(unsafe) let bytes = bytes
      DispatchQueue.concurrentPerform(iterations: count) { index in
        var cursor = FieldCursor(
          bytes, block: cuts[index]..<cuts[index + 1], isFinal: isFinal, dialect: dialect,
          columns: columns)
        let output = parse(&cursor)
        (results + index).initialize(
          to: BlockResult(
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
  private static func cuts(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, blockBytes: Int, isFinal: Bool
  ) -> [Int] {
    let places = Array(stride(from: start, to: bytes.count, by: blockBytes))
    let quotes = [Int](unsafeUninitializedCapacity: places.count) { counts, count in
      nonisolated(unsafe) let counts = counts.baseAddress!
      nonisolated(unsafe) let bytes = bytes
      DispatchQueue.concurrentPerform(iterations: places.count) { index in
        var found = 0
        var place = bytes.baseAddress! + places[index]
        let end = bytes.baseAddress! + min(places[index] + blockBytes, bytes.count)
        while let quote = memchr(place, Int32(TableDialect.quote), end - place) {
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
        let cut = recordStart(bytes, from: places[index], isQuoted: isQuoted), cut < bytes.count
      {
        cuts.append(cut)
      }
      if !quotes[index].isMultiple(of: 2) { isQuoted.toggle() }
    }
    if isFinal { return cuts + [bytes.count] }
    let end = lastRecordEnd(bytes, from: cuts.last!)
    return end > cuts.last! ? cuts + [end] : cuts
  }

  /// Where the first record starts behind a place that lies within quotes or not.
  private static func recordStart(
    _ bytes: UnsafeBufferPointer<UInt8>, from place: Int, isQuoted: Bool
  ) -> Int? {
    var isQuoted = isQuoted
    for index in place..<bytes.count {
      if bytes[index] == TableDialect.quote { isQuoted.toggle() }
      if bytes[index] == 0x0A, !isQuoted { return index + 1 }
    }
    return nil
  }

  /// Where the last record ends that ends at all, behind a place where one starts.
  private static func lastRecordEnd(_ bytes: UnsafeBufferPointer<UInt8>, from place: Int) -> Int {
    var (end, isQuoted) = (place, false)
    for index in place..<bytes.count {
      if bytes[index] == TableDialect.quote { isQuoted.toggle() }
      if bytes[index] == 0x0A, !isQuoted { end = index + 1 }
    }
    return end
  }
}
