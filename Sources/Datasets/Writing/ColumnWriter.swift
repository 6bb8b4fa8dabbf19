import Dispatch
import HDF5

/// Writes one dataset of a split front to back: cuts it into chunks of whole rows, encodes several
/// at once, and keeps a checksum of each and a digest of all.
final class ColumnWriter {
  private let dataset: HDF5.Dataset
  private let rows: Int
  private let rowBytes: Int
  private let chunkRows: Int
  private let encoder: ChunkEncoder?
  /// Rows that wait for their chunks to be encoded, and how many.
  private let pending: UnsafeMutableRawBufferPointer
  private var pendingRows = 0
  private let encoded: UnsafeMutableRawBufferPointer
  private var flushedRows = 0
  private(set) var checksums: [UInt32] = []
  private let digest = Fingerprint()
  /// Type and shape, in words.
  let form: String

  var rowsPerChecksum: Int { chunkRows }
  var isComplete: Bool { flushedRows == rows }

  init(
    group: Group, name: String, type: ElementType, rowShape: [Int], rows: Int, chunkRows: Int,
    compression: StorageOptions.Compression
  ) throws(HDF5Error) {
    self.rows = rows
    self.chunkRows = min(chunkRows, rows)
    rowBytes = rowShape.reduce(type.byteCount, *)
    form = "\(type) \([rows] + rowShape)"
    let chunkBytes = self.chunkRows * rowBytes
    var filters: [Filter] = []
    switch compression {
    case .none:
      encoder = nil
    case .gzip(let level):
      let encoder = ChunkEncoder(elementBytes: type.byteCount, level: level)
      filters = encoder.shuffles ? [.shuffle, .deflate(level)] : [.deflate(level)]
      self.encoder = encoder
    }
    dataset = try group.createDataset(
      name, type, shape: [rows] + rowShape,
      storage: .chunked([self.chunkRows] + rowShape, filters: filters))
    let chunks = max(1, min(16, (16 << 20) / chunkBytes))
    pending = .allocate(byteCount: chunks * chunkBytes, alignment: 64)
    encoded = .allocate(
      byteCount: chunks * (chunkBytes + (encoder?.bound(chunkBytes) ?? 0)), alignment: 64)
  }

  deinit {
    pending.deallocate()
    encoded.deallocate()
  }

  /// Appends whole rows in the machine's byte order.
  func append(_ bytes: UnsafeRawBufferPointer) throws(HDF5Error) {
    precondition(bytes.count.isMultiple(of: rowBytes), "a part of a row")
    digest.add(bytes)
    let capacity = pending.count / rowBytes
    var rest = bytes
    while !rest.isEmpty {
      let count = min(rest.count / rowBytes, capacity - pendingRows)
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(count * rowBytes))
      UnsafeMutableRawBufferPointer(rebasing: pending[(pendingRows * rowBytes)...])
        .copyMemory(from: part)
      pendingRows += count
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
      if pendingRows == capacity || flushedRows + pendingRows == rows { try flush() }
    }
  }

  func append(_ values: [some BitwiseCopyable]) throws(HDF5Error) {
    try values.withUnsafeBufferPointer { values throws(HDF5Error) in
      try append(UnsafeRawBufferPointer(values))
    }
  }

  /// The digest of all rows. Nothing may be appended afterwards.
  func finishDigest() -> String { digest.finish() }

  /// Encodes and writes the pending chunks, the last of which may be short at the end of the data.
  private func flush() throws(HDF5Error) {
    let chunkBytes = chunkRows * rowBytes
    let chunks = (pendingRows + chunkRows - 1) / chunkRows
    let used = pendingRows * rowBytes
    // HDF5 stores whole chunks also at the edge.
    UnsafeMutableRawBufferPointer(rebasing: pending[used..<chunks * chunkBytes])
      .initializeMemory(as: UInt8.self, repeating: 0)
    for chunk in 0..<chunks {
      checksums.append(
        crc32(
          UnsafeRawBufferPointer(
            rebasing: pending[chunk * chunkBytes..<min((chunk + 1) * chunkBytes, used)])))
    }
    let sizes = encode(chunks: chunks)
    for chunk in 0..<chunks {
      try dataset.writeChunk(
        at: [flushedRows + chunk * chunkRows] + dataset.shape.dropFirst().map { _ in 0 },
        from: UnsafeRawBufferPointer(rebasing: stored(chunk, sizes[chunk])))
    }
    flushedRows += pendingRows
    pendingRows = 0
  }

  /// Encodes the pending chunks on all cores: each iteration reads its own chunk, and writes its
  /// own part of `encoded` and its own size.
  private func encode(chunks: Int) -> [Int] {
    let chunkBytes = chunkRows * rowBytes
    guard let encoder else { return Array(repeating: chunkBytes, count: chunks) }
    return [Int](unsafeUninitializedCapacity: chunks) { sizes, count in
      nonisolated(unsafe) let sizes = sizes
      nonisolated(unsafe) let pending = pending
      nonisolated(unsafe) let encoded = encoded
      let stride = chunkBytes + encoder.bound(chunkBytes)
      DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
        let start = chunk * stride
        sizes.initializeElement(
          at: chunk,
          to: encoder.encode(
            UnsafeRawBufferPointer(
              rebasing: pending[chunk * chunkBytes..<(chunk + 1) * chunkBytes]),
            scratch: UnsafeMutableRawBufferPointer(rebasing: encoded[start..<start + chunkBytes]),
            into: UnsafeMutableRawBufferPointer(
              rebasing: encoded[start + chunkBytes..<start + stride])))
      }
      count = chunks
    }
  }

  /// Where the stored form of a pending chunk lies.
  private func stored(_ chunk: Int, _ size: Int) -> Slice<UnsafeMutableRawBufferPointer> {
    let chunkBytes = chunkRows * rowBytes
    guard let encoder else { return pending[chunk * chunkBytes..<(chunk + 1) * chunkBytes] }
    let start = chunk * (chunkBytes + encoder.bound(chunkBytes)) + chunkBytes
    return encoded[start..<start + size]
  }
}

extension UnsafeMutableBufferPointer {
  fileprivate func initializeElement(at index: Int, to value: Element) {
    (baseAddress! + index).initialize(to: value)
  }
}
