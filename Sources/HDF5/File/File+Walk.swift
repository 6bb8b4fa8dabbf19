/// Damaged and hostile files: libhdf5 (1.10.8, for one) crashes on some of them, wherever it is
/// called from. What is of unknown origin is therefore best walked in a process of its own first,
/// with limits on its memory and time; if that dies, the file is damaged. `lockstep` does so with
/// every file it is given (see `guardOpening`).
extension File {
  /// Looks at everything that the library has to parse: every group, attribute and dataset, the
  /// first and the last chunk of each, and where all its data lie. Errors are passed over: who uses
  /// the file meets them again.
  ///
  /// - Parameter objects: how many groups and datasets are looked at.
  public func walk(objects: Int = 100_000) {
    var left = objects
    walk(root, &left, depth: 0)
  }

  private func walk(_ group: Group, _ left: inout Int, depth: Int) {
    walk(group.attributes)
    guard depth < 64, let names = try? group.names() else { return }
    for name in names {
      left -= 1
      if left < 0 { return }
      switch try? group.kind(of: name) {
      case .group:
        if let group = try? group.group(name) { walk(group, &left, depth: depth + 1) }
      case .dataset:
        if let dataset = try? group.dataset(name) { walk(dataset) }
      default: break
      }
    }
  }

  private func walk(_ dataset: Dataset) {
    walk(dataset.attributes)
    _ = try? dataset.storedByteCount
    _ = try? dataset.maximumShape
    _ = try? dataset.fileOffset
    guard let shape = try? dataset.shape, !shape.isEmpty, !shape.contains(0) else { return }
    if case .chunked(let chunk) = dataset.layout {
      let last = zip(shape, chunk).map { ($0 - 1) / $1 * $1 }
      for offset in [shape.map { _ in 0 }, last] {
        _ = try? dataset.storedChunkByteCount(at: offset)
      }
    }
    // The last row, if it is small.
    if case .number(let type, _) = dataset.storedType,
      let bytes = checkedProduct(shape.dropFirst() + [type.byteCount]), bytes <= 1 << 20
    {
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 16)
      defer { memory.deallocate() }
      try? dataset.read(Slab(rows: shape[0] - 1..<shape[0], of: shape), as: type, into: memory)
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
