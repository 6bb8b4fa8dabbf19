import Datasets

extension WaitingRows {
  /// Where the rows are that do not fit in memory.
  struct Region {
    var file: SpillFile
    var offset: Int
    /// Whether the file outlives an interruption.
    var isKept = false
    /// Rows of each piece that are in the file already; nil where there are none.
    var written: [Int]?

    /// Bytes that one core reads at a time.
    private static let partBytes = 4 << 20

    /// Fills memory with what lies at an offset of the region, on all cores, and lets the system forget
    /// it.
    func read(
      at place: Int, into memory: UnsafeMutableRawBufferPointer
    ) throws(ConversionError) {
      nonisolated(unsafe) let (region, memory) = (self, memory)
      let parts = stride(from: 0, to: memory.count, by: Self.partBytes).map {
        $0..<min($0 + Self.partBytes, memory.count)
      }
      let results = concurrentResults(parts.count) { part -> Result<Void, ConversionError> in
        let bytes = UnsafeMutableRawBufferPointer(rebasing: memory[parts[part]])
        let start = region.offset + place + parts[part].lowerBound
        do throws(ConversionError) {
          try region.file.read(at: start, into: bytes)
          // On the disk already, as far as it is kept; otherwise it need not get there.
          if region.isKept { region.file.forget(at: start, byteCount: bytes.count) }
          return .success(())
        } catch {
          return .failure(error)
        }
      }
      for result in results { try result.get() }
    }
  }
}
