import Dispatch

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
    /// Of the table's text.
    var bytes: Int
    /// By their place in the table.
    var problems: [RecordProblem]
    /// Where the records that follow can be parsed from, to be cut into the same blocks; nil where
    /// they cannot.
    var next: Start?
  }

  /// A place to begin at.
  struct Start {
    /// Of the table's text.
    var offset: Int
    /// The record's number.
    var record = 0
  }

  static let blockBytes = 512 << 10
  /// What `withStart` looks at.
  private static let startBytes = 64 << 10

  /// Parses all records.
  ///
  /// - Parameters:
  ///   - blockBytes: about as many bytes go to `parse` at once.
  ///   - start: where to begin; nil for the first record.
  ///   - pass: is told how much of the file was read; nil where that is told elsewhere.
  ///   - parse: makes something of the records of a block, on any thread.
  ///   - accept: takes it, block after block.
  func forEachBlock<Output>(
    blockBytes: Int = blockBytes, from start: Start? = nil, reportingTo pass: PassProgress? = nil,
    parse: @escaping @Sendable (inout FieldCursor) -> Output,
    accept: (Output, Place) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    nonisolated(unsafe) let batches = try BlockBatches<Output>(
      self, blockBytes: blockBytes, offset: start?.offset ?? dataOffset)
    var firstRecord = start?.record ?? 0
    pass?.begin(path)
    var next = try batches.next(parse)
    while let batch = next {
      // While blocks are taken on this thread, the ones that follow are read and parsed on others.
      nonisolated(unsafe) var following: Result<BlockBatches<Output>.Batch?, ConversionError> =
        .success(nil)
      let reading = DispatchGroup()
      DispatchQueue.global().async(group: reading) {
        do throws(ConversionError) { following = .success(try batches.next(parse)) } catch {
          following = .failure(error)
        }
      }
      defer { reading.wait() }
      for (index, block) in batch.blocks.enumerated() {
        let problems = block.problems.map { problem in
          var problem = problem
          problem.record += firstRecord
          problem.offset += batch.offset + block.start
          return problem
        }
        try accept(
          block.output,
          Place(
            firstRecord: firstRecord, records: block.records, bytes: block.end - block.start,
            problems: problems,
            next: index + 1 == batch.blocks.count
              ? Start(offset: batch.end, record: firstRecord + block.records) : nil))
        firstRecord += block.records
      }
      pass?.advance(to: batch.bytesTaken)
      if batch.isTooLong {
        throw error(
          RecordProblem(kind: .tooLong, record: firstRecord, offset: batch.end), names: nil)
      }
      reading.wait()
      next = try following.get()
    }
    pass?.end(at: source.size)
  }

  /// How much a table has: records, bad ones included, and bytes of text.
  struct Size {
    var records = 0
    var bytes = 0
  }

  /// Counts the records.
  func measure(reportingTo pass: PassProgress) throws(ConversionError) -> Size {
    if dialect.json == nil,
      let records = try LineCount().records(
        of: source, from: dataOffset, reportingTo: pass)
    {
      return Size(records: records, bytes: source.size - dataOffset)
    }
    var size = Size()
    try forEachBlock(reportingTo: pass) { cursor in
      cursor.skipRecords()
    } accept: { _, place in
      size.records += place.records
      size.bytes += place.bytes
    }
    return size
  }

  /// Parses the whole records among the first bytes.
  func withStart<Output>(_ parse: (inout FieldCursor) -> Output) throws(ConversionError) -> Output {
    let file = try source.open()
    _ = try file.read(count: dataOffset)
    let bytes = try file.read(count: Self.startBytes)
    return bytes.withUnsafeBufferPointer { bytes in
      let end =
        bytes.isEmpty
        ? 0
        : BlockBatches<Output>.lastRecordEnd(
          bytes, from: 0, hasQuotes: dialect.json == nil)
      var cursor = FieldCursor(
        bytes, block: 0..<end, isFinal: false, dialect: dialect, columns: columns)
      return parse(&cursor)
    }
  }
}
