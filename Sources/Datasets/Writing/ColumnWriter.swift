import Dispatch
import HDF5

/// Writes one dataset of a split front to back: cuts it into chunks of whole rows, encodes several
/// at once, and keeps a checksum of each and a digest of all.
///
/// Rows gather in one buffer while those before them, in others, are digested and encoded on all cores
/// and written on one thread. Buffers take turns: `flush` waits until the one that has been away the
/// longest is back. So `turn` and what counts rows are touched by the caller only; `encoded` and
/// `checksums` by the work on `threads.chunks`, `digest` by that on `threads.digest`, and both by the
/// caller after `wait`.
final class ColumnWriter: @unchecked Sendable {
  private let dataset: HDF5.Dataset
  private let rows: Int
  private let rowBytes: Int
  private let chunkRows: Int
  private let encoder: ChunkEncoder?
  /// Several, so that no core waits for the one that writes.
  private let buffers = (0..<3).map { _ in Buffer() }
  /// Of the buffer in which rows wait for their chunks to be encoded, and how many they are.
  private var turn = 0
  private var fillingRows = 0
  private let encoded: UnsafeMutableRawBufferPointer
  private var flushedRows = 0
  private(set) var checksums: [UInt32] = []
  private let digest = RowsDigest()
  private let threads: Threads
  /// Type and shape, in words.
  let form: String

  /// Memory for rows. What is done to them is in `departure`.
  private final class Buffer {
    var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    let departure = DispatchGroup()

    deinit { memory.deallocate() }
  }

  /// What the columns of a file share, so that their chunks lie in it in one order.
  final class Threads: @unchecked Sendable {
    private let monitor = Monitor()
    private var first: HDF5Error?
    let digest = DispatchQueue(label: "digest of rows")
    let chunks = DispatchQueue(label: "chunks of rows")
    let compressors = Compressors()

    /// The first thing that went wrong: what does so later is often but its consequence.
    var failure: HDF5Error? { monitor.locked { first } }

    func fail(_ error: HDF5Error) { monitor.locked { first = first ?? error } }
  }

  var rowsPerChecksum: Int { chunkRows }
  var isComplete: Bool { flushedRows == rows }

  init(
    group: Group, name: String, type: ElementType, rowShape: [Int], rows: Int, chunkRows: Int,
    compression: StorageOptions.Compression, threads: Threads
  ) throws(HDF5Error) {
    self.rows = rows
    self.threads = threads
    self.chunkRows = min(chunkRows, rows)
    rowBytes = rowShape.reduce(type.byteCount, *)
    let shape = [rows] + rowShape
    form = "\(type) \(shape)"
    let chunkBytes = self.chunkRows * rowBytes
    var filters: [Filter] = []
    switch compression {
    case .none:
      encoder = nil
    case .gzip(let level):
      let encoder = ChunkEncoder(
        elementBytes: type.byteCount, level: level, compressors: threads.compressors)
      filters = encoder.shuffles ? [.shuffle, .deflate(level)] : [.deflate(level)]
      self.encoder = encoder
    }
    dataset = try group.createDataset(
      name, type, shape: shape,
      storage: .chunked([self.chunkRows] + rowShape, filters: filters))
    let chunks = max(1, min(32, (16 << 20) / chunkBytes))
    for buffer in buffers {
      buffer.memory = .allocate(byteCount: chunks * chunkBytes, alignment: 64)
    }
    encoded = .allocate(
      byteCount: encoder.map { chunks * (chunkBytes + $0.bound(chunkBytes)) } ?? 0, alignment: 64)
  }

  deinit { encoded.deallocate() }

  /// Appends whole rows in the machine's byte order.
  ///
  /// - Throws: also for what could not be written of rows before these.
  func append(_ bytes: UnsafeRawBufferPointer) throws(HDF5Error) {
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
      if fillingRows == capacity || flushedRows + fillingRows == rows { try flush() }
    }
  }

  func append(_ values: [some BitwiseCopyable]) throws(HDF5Error) {
    try values.withUnsafeBufferPointer { values throws(HDF5Error) in
      try append(UnsafeRawBufferPointer(values))
    }
  }

  /// Returns when all rows that were flushed are digested and written.
  func wait() throws(HDF5Error) {
    for buffer in buffers { buffer.departure.wait() }
    if let failure = threads.failure { throw failure }
  }

  /// The digest of all rows, once they are written. Nothing may be appended afterwards.
  func finishDigest() -> String { digest.finish() }

  /// Has the chunks that gathered digested, encoded and written, the last of which may be short at
  /// the end of the data, and takes the next buffer, once what is in it is.
  private func flush() throws(HDF5Error) {
    let (first, count) = (flushedRows, fillingRows)
    nonisolated(unsafe) let buffer = buffers[turn]
    flushedRows += count
    fillingRows = 0
    threads.digest.async(group: buffer.departure) { [self] in
      digest.add(UnsafeRawBufferPointer(rebasing: buffer.memory[..<(count * rowBytes)]))
    }
    threads.chunks.async(group: buffer.departure) { [self] in
      do throws(HDF5Error) {
        try writeChunks(of: buffer.memory, rows: count, first: first)
      } catch {
        threads.fail(error)
      }
    }
    turn = (turn + 1) % buffers.count
    buffers[turn].departure.wait()
    if let failure = threads.failure { throw failure }
  }

  /// Encodes and writes the leaving rows.
  private func writeChunks(
    of leaving: UnsafeMutableRawBufferPointer, rows: Int, first: Int
  ) throws(HDF5Error) {
    let chunkBytes = chunkRows * rowBytes
    let chunks = (rows + chunkRows - 1) / chunkRows
    let used = rows * rowBytes
    // HDF5 stores whole chunks also at the edge.
    UnsafeMutableRawBufferPointer(rebasing: leaving[used..<chunks * chunkBytes])
      .initializeMemory(as: UInt8.self, repeating: 0)
    let stored = encode(leaving, chunks: chunks, used: used)
    checksums += stored.map(\.checksum)
    for chunk in 0..<chunks {
      try dataset.writeChunk(
        at: [first + chunk * chunkRows] + dataset.shape.dropFirst().map { _ in 0 },
        from: UnsafeRawBufferPointer(rebasing: place(of: chunk, in: leaving, stored[chunk].size)))
    }
  }

  /// Encodes the leaving chunks on all cores: each iteration reads its own chunk, and writes its
  /// own part of `encoded`.
  ///
  /// - Parameter used: the bytes of rows, of which checksums are.
  private func encode(
    _ leaving: UnsafeMutableRawBufferPointer, chunks: Int, used: Int
  ) -> [(checksum: UInt32, size: Int)] {
    let chunkBytes = chunkRows * rowBytes
    nonisolated(unsafe) let leaving = leaving
    return concurrentResults(chunks) { [self] chunk in
      let start = chunk * chunkBytes
      let bytes = UnsafeRawBufferPointer(rebasing: leaving[start..<start + chunkBytes])
      let checksum = crc32(UnsafeRawBufferPointer(rebasing: bytes.prefix(used - start)))
      guard let encoder else { return (checksum, chunkBytes) }
      let stride = chunkBytes + encoder.bound(chunkBytes)
      let (scratch, out) = (chunk * stride, chunk * stride + chunkBytes)
      let size = encoder.encode(
        bytes, scratch: UnsafeMutableRawBufferPointer(rebasing: encoded[scratch..<out]),
        into: UnsafeMutableRawBufferPointer(rebasing: encoded[out..<scratch + stride]))
      return (checksum, size)
    }
  }

  /// Where the stored form of a leaving chunk lies.
  private func place(
    of chunk: Int, in leaving: UnsafeMutableRawBufferPointer, _ size: Int
  ) -> Slice<UnsafeMutableRawBufferPointer> {
    let chunkBytes = chunkRows * rowBytes
    guard let encoder else { return leaving[chunk * chunkBytes..<(chunk + 1) * chunkBytes] }
    let start = chunk * (chunkBytes + encoder.bound(chunkBytes)) + chunkBytes
    return encoded[start..<start + size]
  }
}
