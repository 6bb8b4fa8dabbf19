import CHDF5

/// Stored chunks, as they lie in the file.
extension H5D {
  /// The bytes of the stored chunk that starts at `offset`; 0 where none was written.
  static func chunkBytes(_ dataset: Handle, at offset: [hsize_t], during activity: Activity)
    throws(HDF5Error) -> UInt64
  {
    var bytes: hsize_t = 0
    do {
      try Library.call("H5Dget_chunk_storage_size", during: activity) {
        H5Dget_chunk_storage_size(dataset.id, offset, &bytes)
      }
    } catch  where isChunkMissing(error) {
      return 0
    }
    return bytes
  }

  /// How many chunks are stored.
  static func chunkCount(_ dataset: Handle, during activity: Activity) throws(HDF5Error) -> Int {
    let space = try space(dataset, during: activity)
    var count: hsize_t = 0
    try Library.call("H5Dget_num_chunks", during: activity) {
      H5Dget_num_chunks(dataset.id, space.id, &count)
    }
    return Int(clamping: count)
  }

  /// Where the stored chunk that starts at `offset` lies in the file; nil where none was written.
  static func chunkAddress(_ dataset: Handle, at offset: [hsize_t], during activity: Activity)
    throws(HDF5Error) -> UInt64?
  {
    var address: UInt64 = 0
    try Library.call("H5Dget_chunk_info_by_coord", during: activity) {
      chdf5_chunk_address(dataset.id, offset, &address)
    }
    return address == UInt64(chdf5_undefined_address()) ? nil : address
  }

  /// Reads a stored chunk if it fits `memory`; the chunk's size is returned either way.
  ///
  /// `H5Dread_chunk` writes as much as the file says, so size and data are asked for in one turn.
  static func readChunk(
    _ dataset: Handle, at offset: [hsize_t], into memory: UnsafeMutableRawBufferPointer,
    during activity: Activity
  ) throws(HDF5Error) -> (bytes: UInt64, filterMask: UInt32) {
    var bytes: hsize_t = 0
    var filterMask: UInt32 = 0
    do {
      try Library.call("H5Dread_chunk", during: activity) {
        let status = H5Dget_chunk_storage_size(dataset.id, offset, &bytes)
        guard status >= 0, bytes > 0, bytes <= memory.count else { return status }
        return chdf5_read_chunk(
          dataset.id, offset, &filterMask, memory.baseAddress, memory.count)
      }
    } catch  where isChunkMissing(error) {
      return (0, 0)
    }
    return (bytes, filterMask)
  }

  /// Whether a call failed because no such chunk was written: in libhdf5 1.10 that is an error of
  /// `H5Dget_chunk_storage_size`, later a size of 0.
  private static func isChunkMissing(_ error: HDF5Error) -> Bool {
    error.libraryMessages.first?.hasSuffix("chunk storage is not allocated") == true
  }

  static func writeChunk(
    _ dataset: Handle, at offset: [hsize_t], filterMask: UInt32, from bytes: UnsafeRawBufferPointer,
    during activity: Activity
  ) throws(HDF5Error) {
    try Library.call("H5Dwrite_chunk", during: activity) {
      H5Dwrite_chunk(
        dataset.id, Library.defaults, filterMask, offset, bytes.count, bytes.baseAddress)
    }
  }
}
