import Dispatch
import Glibc
import HDF5

/// Writes one dataset of a split front to back: cuts it into chunks of whole rows, stores several at
/// once, and keeps a checksum of each and a hash of all.
///
/// Rows gather in one buffer while those before them, in others, are hashed, and stored in the order in
/// which the columns of the file gave them up. Buffers take turns: `leave` waits until
/// the one that has been away the longest is back. So `turn` and what counts rows are touched by the
/// caller only; `checksums` and `hash` by the work on `threads.hashes`, and by the caller after `wait`.
final class ColumnWriter: @unchecked Sendable {
  private let rows: Int
  private let rowBytes: Int
  private let chunkRows: Int
  private let store: any ChunkStore
  /// Several, so that no core waits for the one that writes.
  private let buffers: [Buffer]
  /// Of the buffer in which rows wait for their chunks to be stored, and how many they are.
  private var turn = 0
  private var fillingRows = 0
  private var leftRows = 0
  private(set) var checksums: [UInt32] = []
  private let hash = ContentHash()
  private let threads: Threads
  /// Type and shape, in words.
  let form: String

  /// Memory for rows. What is done to them is in `departure`.
  private final class Buffer {
    /// A part of `pages`.
    private(set) var memory: UnsafeMutableRawBufferPointer
    private let pages: UnsafeMutableRawBufferPointer
    let departure = DispatchGroup()

    init(byteCount: Int) {
      let isLarge = byteCount >= Self.largePageBytes
      pages = .allocate(
        byteCount: byteCount + DirectWriter.pageBytes,
        alignment: isLarge ? Self.largePageBytes : DirectWriter.pageBytes)
      memory = UnsafeMutableRawBufferPointer(rebasing: pages[..<byteCount])
      // The system looks up each page that the disk takes from.
      if isLarge { madvise(pages.baseAddress, pages.count, MADV_HUGEPAGE) }
    }

    deinit { pages.deallocate() }

    private static let largePageBytes = 2 << 20

    /// Has the memory start so far behind the start of a page. What was in it is lost.
    func begin(inPageAt offset: Int) {
      memory = UnsafeMutableRawBufferPointer(rebasing: pages[offset..<offset + memory.count])
    }
  }

  /// What the columns of a file share, so that their chunks lie in it in one order.
  final class Threads: @unchecked Sendable {
    private let monitor = Monitor()
    private var first: DatasetError?
    let hashes = DispatchQueue(label: "hashes of rows")
    let chunks = DispatchQueue(label: "chunks of rows")
    let compressors = Compressors()

    /// The first thing that went wrong: what does so later is often but its consequence.
    var failure: DatasetError? { monitor.locked { first } }

    func fail(_ error: DatasetError) { monitor.locked { first = first ?? error } }
  }

  var rowsPerChecksum: Int { chunkRows }
  var isComplete: Bool { leftRows == rows }

  /// - Parameters:
  ///   - mostBytes: about so many are stored at a time; the writer takes three times the memory.
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
    buffers = (0..<3).map { _ in Buffer(byteCount: chunks * column.chunkBytes) }
    buffers[0].begin(inPageAt: store.offsetInPage(ofChunk: 0))
  }

  /// Appends whole rows in the machine's byte order.
  ///
  /// - Throws: also for what could not be written of rows before these.
  func append(_ bytes: UnsafeRawBufferPointer) throws(DatasetError) {
    precondition(bytes.count.isMultiple(of: rowBytes), "a part of a row")
    let capacity = buffers[turn].memory.count / rowBytes
    var rest = bytes
    while !rest.isEmpty {
      let count = min(rest.count / rowBytes, capacity - fillingRows)
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(count * rowBytes))
      UnsafeMutableRawBufferPointer(rebasing: buffers[turn].memory[(fillingRows * rowBytes)...])
        .copyMemory(from: part)
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
    buffers[turn].departure.wait()
    buffers[turn].begin(inPageAt: store.offsetInPage(ofChunk: leftRows / chunkRows))
    if let failure = threads.failure { throw failure }
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

extension ColumnWriter {
  /// Stores what has not left yet too, and waits for all else: then all rows are in the file. Only
  /// where chunks have places.
  func storeAll() throws(DatasetError) {
    try wait()
    try placed.write(
      UnsafeRawBufferPointer(rebasing: buffers[turn].memory[..<(fillingRows * rowBytes)]),
      at: leftRows * rowBytes)
  }

  /// Reads rows that are in the file.
  func read(row: Int, into memory: UnsafeMutableRawBufferPointer) throws(DatasetError) {
    try placed.read(at: row * rowBytes, into: memory)
  }

  private var placed: PlacedChunks {
    guard let placed = store as? PlacedChunks else {
      preconditionFailure("chunks are compressed")
    }
    return placed
  }
}

/// What a column is made of.
struct ColumnForm {
  let type: ElementType
  /// The rows first.
  let shape: [Int]
  let chunkRows: Int

  var rows: Int { shape[0] }
  var rowBytes: Int { shape.dropFirst().reduce(type.byteCount, *) }
  var chunkShape: [Int] { [chunkRows] + shape.dropFirst() }
  var chunkBytes: Int { chunkRows * rowBytes }

  var chunkCount: Int { (rows + chunkRows - 1) / chunkRows }

  /// Room for what the library keeps of chunks without filters, beside its headers: a key and an address
  /// for each in nodes for 64, nine tenths full but for the last.
  var chunkIndexBytes: Int { (chunkCount + 64) * (24 + 8 * (shape.count + 1)) * 5 / 4 }
}
