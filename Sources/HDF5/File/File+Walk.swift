/// Damaged and hostile files: libhdf5 (1.10.8, for one) crashes on some of them, wherever it is
/// called from. What is of unknown origin is therefore best walked in a process of its own first,
/// with limits on its memory and time; if that dies, the file is damaged. `lockstep` does so with
/// every file it is given (see `guardOpening`).
extension File {
  /// Looks at everything that the library has to parse: every group, attribute and dataset, where all
  /// its data lie, and what is in its chunks where only the library can undo their filters. Where that
  /// is allowed, it looks at what the file leads to as well. Errors are passed over: who uses the file
  /// meets them again.
  ///
  /// - Parameters:
  ///   - objects: how many groups and datasets are looked at.
  ///   - bytes: how much is read.
  public func walk(objects: Int = 100_000, bytes: Int = 64 << 20) {
    var left = WalkLimits(objects: objects, bytes: bytes)
    walk(root, &left, depth: 0)
  }

  /// What may still be looked at.
  private struct WalkLimits {
    var objects: Int
    var bytes: Int
  }

  private func walk(_ group: Group, _ left: inout WalkLimits, depth: Int) {
    walk(group.attributes)
    guard depth < 64, let names = try? group.names() else { return }
    for name in names {
      left.objects -= 1
      if left.objects < 0 { return }
      switch try? group.kind(of: name) {
      case .group:
        if let group = try? group.group(name) { walk(group, &left, depth: depth + 1) }
      case .dataset:
        if let dataset = try? group.dataset(name) { walk(dataset, &left) }
      default: break
      }
    }
  }

  private func walk(_ dataset: Dataset, _ left: inout WalkLimits) {
    walk(dataset.attributes)
    _ = try? dataset.storedByteCount
    _ = try? dataset.maximumShape
    _ = try? dataset.fileDescriptor
    let place = try? dataset.fileOffset
    // Data elsewhere that are not as they should be are not read by those who use the file either.
    guard (try? dataset.sourceFiles()) != nil else { return }
    guard let shape = try? dataset.shape, !shape.isEmpty, !shape.contains(0) else { return }
    var isReadByLibrary = place == nil
    if case .chunked(let chunk) = dataset.layout {
      isReadByLibrary = dataset.filters.contains { if case .other = $0 { true } else { false } }
      _ = try? dataset.storedChunkCount
      let last = zip(shape, chunk).map { ($0 - 1) / $1 * $1 }
      for offset in [shape.map { _ in 0 }, last] {
        _ = try? dataset.storedChunkByteCount(at: offset)
        _ = try? dataset.chunkFileOffset(at: offset)
      }
    }
    // The last row, or all rows that only the library can read.
    guard case .number(let type, _) = dataset.storedType,
      let rowBytes = checkedProduct(shape.dropFirst() + [type.byteCount]), rowBytes <= 1 << 20
    else { return }
    let bandRows = max(1, (1 << 20) / rowBytes)
    var start = isReadByLibrary ? 0 : shape[0] - 1
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(bandRows, shape[0] - start) * rowBytes, alignment: 16)
    defer { memory.deallocate() }
    while start < shape[0], left.bytes > 0 {
      let rows = start..<start + min(bandRows, shape[0] - start)
      let band = UnsafeMutableRawBufferPointer(rebasing: memory[..<(rows.count * rowBytes)])
      try? dataset.read(Slab(rows: rows, of: shape), as: type, into: band)
      start = rows.upperBound
      left.bytes -= band.count
    }
  }

  private func walk(_ attributes: Attributes) {
    for name in (try? attributes.names()) ?? [] {
      switch try? attributes.storedType(of: name) {
      case .number(let type, _):
        _ = type.isFloat ? nil : try? attributes.values(name, as: Int.self)
        _ = try? attributes.values(name, as: Double.self)
      case .string: _ = try? attributes.strings(name)
      default: break
      }
    }
  }
}
