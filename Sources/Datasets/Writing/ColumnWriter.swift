import Dispatch

/// Writes one dataset of a split front to back: cuts it into chunks of whole rows, stores several at
/// once, and keeps a checksum of each and a hash of all.
///
/// Rows gather in one buffer while those before them, in others, are hashed, and stored in the order in
/// which the columns of the file gave them up. Buffers take turns: `leave` waits until
/// the one that has been away the longest is back. So `turn` and what counts rows are touched by the
/// caller only; `checksums` and `hash` by the work on `threads.hashes`, and by the caller after `wait`.
final class ColumnWriter: @unchecked Sendable {
  private let rows: Int
  let rowBytes: Int
  private let chunkRows: Int
  let store: any ChunkStore
  /// Several, so that no core waits for the one that writes.
  private(set) var buffers: [Buffer]
  /// Of the buffer in which rows wait for their chunks to be stored, and how many they are.
  private(set) var turn = 0
  private(set) var fillingRows = 0
  private(set) var leftRows = 0
  private(set) var checksums: [UInt32] = []
  private let hash = ContentHash()
  private let threads: Threads
  /// Type and shape, in words.
  let form: String

  var rowsPerChecksum: Int { chunkRows }
  var isComplete: Bool { leftRows == rows }
  /// Rows of a buffer.
  var capacity: Int { buffers[turn].memory.count / rowBytes }

  /// - Parameters:
  ///   - mostBytes: about so many are stored at a time. The writer takes three times the memory, six times
  ///     where rows are made in it.
  ///   - makeStore: is given how many chunks it will get at a time, at most.
  init(
    _ column: ColumnForm, threads: Threads, mostBytes: Int,
    makeStore: (Int) throws(DatasetError) -> any ChunkStore
  ) throws(DatasetError) {
    (rows, rowBytes, chunkRows) = (column.rows, column.rowBytes, column.chunkRows)
    form = "\(column.type) \(column.shape)"
    self.threads = threads
    let chunks = max(1, min(32, column.chunkCount, mostBytes / column.chunkBytes))
    store = try makeStore(chunks)
    buffers = Self.makeBuffers(byteCount: chunks * column.chunkBytes)
    buffers[0].begin(inPageAt: store.offsetInPage(ofChunk: 0))
  }

  private static let leastBuffers = 3

  private static func makeBuffers(byteCount: Int) -> [Buffer] {
    (0..<leastBuffers).map { _ in Buffer(byteCount: byteCount) }
  }

  /// Appends whole rows in the machine's byte order.
  ///
  /// - Throws: also for what could not be written of rows before these.
  func append(_ bytes: UnsafeRawBufferPointer) throws(DatasetError) {
    precondition(bytes.count.isMultiple(of: rowBytes), "a part of a row")
    var rest = bytes
    while !rest.isEmpty {
      let count = min(rest.count / rowBytes, capacity - fillingRows)
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(count * rowBytes))
      let place = UnsafeMutableRawBufferPointer(
        rebasing: buffers[turn].memory[(fillingRows * rowBytes)...])
      // Rows that were made in `memory(forRow:)` are there.
      if part.baseAddress != place.baseAddress.map(UnsafeRawPointer.init) {
        place.copyMemory(from: part)
      }
      fillingRows += count
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
      if fillingRows == capacity || leftRows + fillingRows == rows { try leave() }
    }
  }

  func append(_ values: [some BitwiseCopyable]) throws(DatasetError) {
    try values.withUnsafeBufferPointer { values throws(DatasetError) in
      try append(UnsafeRawBufferPointer(values))
    }
  }

  /// Where a row that is to be appended will lie, and as many behind it as lie in one piece with it: those
  /// that are made there need not be copied. Waits until what was there before is stored.
  ///
  /// - Parameter row: in one of the buffers that are filled next.
  func memory(forRow row: Int) throws(DatasetError) -> UnsafeMutableRawBufferPointer {
    // As many again: rows are made in some of them while others are away.
    if buffers.count == Self.leastBuffers {
      buffers += Self.makeBuffers(byteCount: buffers[turn].memory.count)
    }
    let (turns, place) = (row - leftRows).quotientAndRemainder(dividingBy: capacity)
    precondition(
      row >= leftRows + fillingRows && turns < buffers.count, "a row without a place yet")
    let memory = takeBuffer(after: turns).memory
    if let failure = threads.failure { throw failure }
    let end = min(capacity, rows - (row - place))
    return UnsafeMutableRawBufferPointer(rebasing: memory[place * rowBytes..<end * rowBytes])
  }

  /// Returns when all rows that left are hashed and stored.
  func wait() throws(DatasetError) {
    for buffer in buffers { buffer.departure.wait() }
    if let failure = threads.failure { throw failure }
  }

  /// The hash of all rows, once they are stored.
  var hashText: String { hash.text }

  /// Has the chunks that gathered hashed and stored, the last of which may be short at the end of
  /// the data, and takes the next buffer, once what is in it is.
  private func leave() throws(DatasetError) {
    let (first, count) = (leftRows / chunkRows, fillingRows)
    nonisolated(unsafe) let buffer = buffers[turn]
    leftRows += count
    fillingRows = 0
    threads.hashes.async(group: buffer.departure) { [self] in
      let (rows, chunkBytes) = (buffer.memory[..<(count * rowBytes)], chunkRows * rowBytes)
      for start in stride(from: 0, to: rows.count, by: chunkBytes) {
        // Both while it is in the processor's caches.
        let chunk = UnsafeRawBufferPointer(
          rebasing: rows[start..<min(start + chunkBytes, rows.count)])
        hash.add(chunk)
        checksums.append(crc32(chunk))
      }
    }
    threads.chunks.async(group: buffer.departure) { [self] in
      do throws(DatasetError) {
        try store.store(wholeChunks(of: buffer.memory, rows: count), first: first)
      } catch {
        threads.fail(error)
      }
    }
    turn = (turn + 1) % buffers.count
    _ = takeBuffer(after: 0)
    if let failure = threads.failure { throw failure }
  }

  /// The buffer that will be filled so many turns from now, once what was in it is stored.
  private func takeBuffer(after turns: Int) -> Buffer {
    let buffer = buffers[(turn + turns) % buffers.count]
    buffer.departure.wait()
    let first = (leftRows + turns * capacity) / chunkRows
    buffer.begin(inPageAt: store.offsetInPage(ofChunk: first))
    return buffer
  }

  /// The chunks that rows are in, with zeros behind the last row: HDF5 stores whole ones also at the
  /// edge.
  private func wholeChunks(
    of memory: UnsafeMutableRawBufferPointer, rows: Int
  ) -> UnsafeRawBufferPointer {
    let end = (rows + chunkRows - 1) / chunkRows * chunkRows * rowBytes
    UnsafeMutableRawBufferPointer(rebasing: memory[(rows * rowBytes)..<end])
      .initializeMemory(as: UInt8.self, repeating: 0)
    return UnsafeRawBufferPointer(rebasing: memory[..<end])
  }
}
