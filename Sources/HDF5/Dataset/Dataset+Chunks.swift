import CHDF5

/// Stored chunks as they lie in the file, filters and byte order included: for decoding and encoding
/// on the caller's own threads.
extension Dataset {
  /// The bytes of the stored chunk that starts at `offset`; 0 where none was written. It may be more
  /// than the chunk has decoded. Cheap.
  ///
  /// The corresponding C function is `H5Dget_chunk_storage_size`.
  public func storedChunkByteCount(at offset: [Int]) throws(HDF5Error) -> Int {
    let activity = activity("reading the size of a chunk")
    let start = try chunkStart(offset, during: activity)
    return Int(clamping: try H5D.chunkBytes(handle, at: start, during: activity))
  }

  /// How many chunks are stored. The library looks at all of them.
  ///
  /// The corresponding C function is `H5Dget_num_chunks`.
  public var storedChunkCount: Int {
    get throws(HDF5Error) {
      try H5D.chunkCount(handle, during: activity("counting the chunks"))
    }
  }

  /// Refuses a dataset without filters whose stored chunks are not of the size that its shape of
  /// chunks says. Of such chunks libhdf5 1.10.8 tells that size, and reads another: the one in the
  /// file's index, which damage may have made larger. So ask this before `readChunk`, once. It looks
  /// at all chunks.
  ///
  /// The corresponding C functions are `H5Dget_num_chunks` and `H5Dget_storage_size`.
  public func checkChunkSizes() throws(HDF5Error) {
    guard filters.isEmpty, case .chunked(let chunk) = layout else { return }
    let activity = activity("comparing the sizes of chunks")
    let count = try H5D.chunkCount(handle, during: activity)
    let bytes = checkedProduct(chunk + [try H5T.size(typeHandle, during: activity), count])
    let stored = try storedByteCount
    guard stored == bytes else {
      throw activity.error(
        "is damaged: its \(count) chunks take \(stored) bytes; chunks of \(chunk) were expected")
    }
  }

  /// Where the stored chunk that starts at `offset` lies in the file; nil where none was written.
  /// Slow: the library looks through all chunks.
  ///
  /// The corresponding C function is `H5Dget_chunk_info_by_coord`.
  public func chunkFileOffset(at offset: [Int]) throws(HDF5Error) -> Int? {
    let activity = activity("reading the place of a chunk")
    let start = try chunkStart(offset, during: activity)
    return try H5D.chunkAddress(handle, at: start, during: activity).flatMap { Int(exactly: $0) }
  }

  /// Where each chunk of whole rows lies in the file, in a dataset that was created as
  /// `.preallocatedChunks`: its chunks got rising places. Quick where they lie one behind another, as
  /// they do in a file that was created with enough `metadataBytes`.
  package var chunkFileOffsets: [Int] {
    get throws(HDF5Error) {
      let activity = activity("reading the places of chunks")
      let shape = try shape
      guard case .chunked(let chunk) = layout, filters.isEmpty,
        chunk.dropFirst().elementsEqual(shape.dropFirst())
      else { throw activity.error("has not chunks of whole rows without filters") }
      let chunkBytes = chunk.reduce(try H5T.size(typeHandle, during: activity), *)
      var places = [Int](repeating: 0, count: (shape[0] + chunk[0] - 1) / chunk[0])
      func find(_ index: Int) throws(HDF5Error) {
        let start = [index * chunk[0]] + chunk.dropFirst().map { _ in 0 }
        guard let place = try chunkFileOffset(at: start) else {
          throw activity.error("has no chunk at \(start)")
        }
        places[index] = place
      }
      /// Those between two that were found.
      func fill(_ first: Int, _ last: Int) throws(HDF5Error) {
        guard last > first + 1 else { return }
        guard places[last] - places[first] != (last - first) * chunkBytes else {
          for index in first + 1..<last { places[index] = places[index - 1] + chunkBytes }
          return
        }
        let middle = (first + last) / 2
        try find(middle)
        try fill(first, middle)
        try fill(middle, last)
      }
      guard let last = places.indices.last else { return places }
      try find(0)
      try find(last)
      try fill(0, last)
      return places
    }
  }

  /// Reads the stored chunk that starts at `offset`.
  ///
  /// - Parameters:
  ///   - offset: the first element of the chunk: a multiple of the chunk's shape.
  ///   - memory: at least as large as the stored chunk.
  /// - Returns: the bytes read, 0 where no chunk was written (its elements are the fill value,
  ///   usually zero), and the filter mask: where bit i is set, `filters[i]` was left out.
  ///
  /// The corresponding C function is `H5Dread_chunk`.
  public func readChunk(at offset: [Int], into memory: UnsafeMutableRawBufferPointer)
    throws(HDF5Error) -> (byteCount: Int, filterMask: UInt32)
  {
    let activity = activity("reading a chunk")
    let start = try chunkStart(offset, during: activity)
    let (bytes, filterMask) = try H5D.readChunk(handle, at: start, into: memory, during: activity)
    guard bytes <= memory.count else {
      throw activity.error(
        "the chunk at \(offset) has \(bytes) bytes; there is memory for \(memory.count)")
    }
    return (Int(bytes), filterMask)
  }

  /// Writes a chunk as it is to be stored.
  ///
  /// - Parameters:
  ///   - offset: the first element of the chunk: a multiple of the chunk's shape.
  ///   - filterMask: where bit i is set, `filters[i]` was left out. libhdf5 1.10.8 heeds it only after
  ///     the file was closed and opened again.
  ///   - bytes: a whole chunk, also at the edge of the dataset, after the filters.
  ///
  /// The corresponding C function is `H5Dwrite_chunk`.
  public func writeChunk(
    at offset: [Int], filterMask: UInt32 = 0, from bytes: UnsafeRawBufferPointer
  ) throws(HDF5Error) {
    let activity = activity("writing a chunk")
    let start = try chunkStart(offset, during: activity)
    guard !bytes.isEmpty, bytes.count <= Int(UInt32.max) else {
      throw activity.error("a chunk of \(bytes.count) bytes; 1 byte to 4 GiB was expected")
    }
    try file.write(during: activity) { () throws(HDF5Error) in
      try H5D.writeChunk(
        handle, at: start, filterMask: filterMask, from: bytes, during: activity)
    }
  }

  /// Whether the offset lies within the shape is not asked, for speed: beyond it no chunk was written.
  private func chunkStart(_ offset: [Int], during activity: Activity) throws(HDF5Error)
    -> [hsize_t]
  {
    guard case .chunked(let chunk) = layout else {
      throw activity.error("has the layout \(layout); chunks were expected")
    }
    guard offset.count == chunk.count,
      zip(offset, chunk).allSatisfy({ $0 >= 0 && $0.isMultiple(of: $1) })
    else { throw activity.error("no chunk starts at \(offset): the chunks are \(chunk)") }
    return offset.map { hsize_t($0) }
  }
}
