import HDF5

/// Where the chunks of a column lie in the file, each looked up when it is first read: chunks that
/// are stored as they are can then be read past the library and its lock.
///
/// The library looks through all chunks to find one, which for many chunks takes longer than it saves.
final class ChunkPlaces: @unchecked Sendable {
  private let dataset: HDF5.Dataset
  private let chunkRows: Int
  private let monitor = Monitor()
  /// By the number of the chunk; −1 for those not looked up yet. Touched only inside
  /// `monitor.locked`.
  private var places: [Int]

  /// - Returns: nil where looking up a chunk takes longer than half of reading it, on average; for
  ///   chunks that split rows; and for files with something else before the HDF5 file in them, which
  ///   libhdf5 1.10 leaves out of the places.
  init?(of column: Column, chunk: [Int], chunkBytes: Int) {
    let count = (column.rows - 1) / chunk[0] + 1
    guard Array(chunk.dropFirst()) == column.rowShape, count <= chunkBytes / 200,
      let source = column.source, Self.isHDF5FromTheStart(source.descriptor)
    else { return nil }
    dataset = column.dataset
    chunkRows = chunk[0]
    places = Array(repeating: -1, count: count)
  }

  /// The place of a chunk; nil where none was written.
  ///
  /// - Parameter tile: the chunk's first element.
  func place(of tile: [Int]) throws(HDF5Error) -> Int? {
    let number = tile[0] / chunkRows
    let known = monitor.locked { places[number] }
    if known >= 0 { return known }
    guard let place = try dataset.chunkFileOffset(at: tile) else { return nil }
    monitor.locked { places[number] = place }
    return place
  }

  private static func isHDF5FromTheStart(_ descriptor: Int32) -> Bool {
    var signature: UInt64 = 0
    let (count, _) = withUnsafeMutableBytes(of: &signature) {
      FileTransfer.read(descriptor, into: $0, at: 0)
    }
    return count == 8 && signature.littleEndian == 0x0A1A_0A0D_4644_4889
  }
}
