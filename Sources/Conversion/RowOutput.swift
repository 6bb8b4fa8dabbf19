import Datasets
import Glibc
import HDF5

/// Takes rows from sources, a band at a time, to their splits of the output.
final class RowOutput {
  private let writer: DatasetWriter
  private let schema: DatasetSchema
  private let progress: (ConversionProgress) -> Void
  private var rowsRead = 0
  private var rowsWritten = 0

  init(
    schema: DatasetSchema, options: ConversionOptions,
    progress: @escaping (ConversionProgress) -> Void
  ) throws(ConversionError) {
    self.schema = schema
    self.progress = progress
    do throws(DatasetError) {
      writer = try DatasetWriter(
        path: options.output, schema: schema, storage: options.storage,
        replacingExisting: options.replacesExisting)
    } catch {
      throw ConversionError(error)
    }
  }

  /// Gives the file its name.
  /// - Returns: the fingerprint of its rows.
  func finish(_ information: DatasetInformation) throws(ConversionError) -> String {
    do throws(DatasetError) {
      return try writer.finish(information)
    } catch {
      throw ConversionError(error)
    }
  }

  /// Writes all rows of the pairs to one split, in their order.
  func write(
    _ pairs: [IDXPair], _ targets: Targets, to split: SplitName
  ) throws(ConversionError) {
    try forEachBand(of: pairs) { rows, bytes throws(ConversionError) in
      try append(to: split, bytes, targets, numbers: Array(rows))
    }
  }

  /// Writes the rows of the pairs to the splits of a plan. Rows that are to be shuffled wait in
  /// memory until all have been read.
  func write(
    _ pairs: [IDXPair], _ targets: Targets, by plan: SplitPlan
  ) throws(ConversionError) {
    let rowBytes = featureBytes
    let waiting = try plan.order.map { order throws(ConversionError) in
      try allocate(rows: order.count, pairs)
    }
    defer { waiting?.deallocate() }
    var waitingRows = 0
    try forEachBand(of: pairs) { rows, bytes throws(ConversionError) in
      for split in SplitName.allCases {
        let numbers = rows.filter { plan.destination[$0] == split }
        if numbers.isEmpty { continue }
        let places = numbers.map { $0 - rows.lowerBound }
        if split == .train, let waiting {
          gather(
            places, from: bytes,
            into: UnsafeMutableRawBufferPointer(rebasing: waiting[(waitingRows * rowBytes)...]))
          waitingRows += places.count
        } else {
          try append(to: split, places, of: bytes, targets, numbers: numbers)
        }
      }
    }
    guard let order = plan.order, let waiting else { return }
    for start in stride(from: 0, to: order.count, by: bandRows) {
      let places = order[start..<min(start + bandRows, order.count)].map(Int.init)
      try append(
        to: .train, places, of: UnsafeRawBufferPointer(waiting), targets,
        numbers: places.map { Int(plan.kept[$0]) })
    }
  }

  private var featureBytes: Int { schema.featureShape.reduce(schema.featureType.byteCount, *) }

  /// Rows of a band: about 4 MiB.
  private var bandRows: Int { max(1, (4 << 20) / featureBytes) }

  /// Reads all rows, a band at a time; rows are numbered through all pairs.
  private func forEachBand(
    of pairs: [IDXPair],
    _ body: (Range<Int>, UnsafeRawBufferPointer) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let source = pairs[0].images.header
    let sourceBand = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bandRows * source.rowBytes, alignment: 64)
    defer { sourceBand.deallocate() }
    let band = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bandRows * featureBytes, alignment: 64)
    defer { band.deallocate() }
    var first = 0
    for pair in pairs {
      for start in stride(from: 0, to: pair.rows, by: bandRows) {
        let rows = start..<min(start + bandRows, pair.rows)
        let read = UnsafeMutableRawBufferPointer(
          rebasing: sourceBand[..<(rows.count * source.rowBytes)])
        try pair.images.read(rows: rows.count, into: read)
        try checkFinite(
          UnsafeRawBufferPointer(read), type: source.type,
          width: schema.featureShape.reduce(1, *), row: start, path: pair.images.path)
        let bytes = UnsafeMutableRawBufferPointer(rebasing: band[..<(rows.count * featureBytes)])
        SmallestType.convert(
          UnsafeRawBufferPointer(read), from: source.type, to: schema.featureType, into: bytes)
        rowsRead += rows.count
        try body(first + start..<first + rows.upperBound, UnsafeRawBufferPointer(bytes))
        report()
      }
      first += pair.rows
    }
  }

  /// Appends the rows at `places` of `bytes`.
  private func append(
    to split: SplitName, _ places: [Int], of bytes: UnsafeRawBufferPointer, _ targets: Targets,
    numbers: [Int]
  ) throws(ConversionError) {
    let rows = UnsafeMutableRawBufferPointer.allocate(
      byteCount: places.count * featureBytes, alignment: 64)
    defer { rows.deallocate() }
    gather(places, from: bytes, into: rows)
    try append(to: split, UnsafeRawBufferPointer(rows), targets, numbers: numbers)
    report()
  }

  private func append(
    to split: SplitName, _ features: UnsafeRawBufferPointer, _ targets: Targets, numbers: [Int]
  ) throws(ConversionError) {
    let size = targets.rowBytes
    let labels = numbers.flatMap { targets.bytes[$0 * size..<($0 + 1) * size] }
    do throws(DatasetError) {
      try labels.withUnsafeBufferPointer { labels throws(DatasetError) in
        try writer.append(
          to: split, features: features, targets: UnsafeRawBufferPointer(labels),
          rowNumbers: numbers)
      }
    } catch {
      throw ConversionError(error)
    }
    rowsWritten += numbers.count
  }

  private func gather(
    _ places: [Int], from bytes: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer
  ) {
    let size = featureBytes
    for (index, place) in places.enumerated() {
      (out.baseAddress! + index * size).copyMemory(
        from: bytes.baseAddress! + place * size, byteCount: size)
    }
  }

  private func allocate(
    rows: Int, _ pairs: [IDXPair]
  ) throws(ConversionError) -> UnsafeMutableRawBufferPointer {
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    guard rows * featureBytes <= machine else {
      throw ConversionError(
        subject: pairs[0].images.path,
        problem: "needs \(rows * featureBytes) bytes of memory to be shuffled "
          + "(\(rows) rows of \(featureBytes) bytes)",
        expected: "at most \(machine), the machine's memory",
        remedy: "use --shuffle none, and a windowed shuffle in training")
    }
    return .allocate(byteCount: rows * featureBytes, alignment: 64)
  }

  private func report() {
    progress(
      ConversionProgress(
        rowsRead: rowsRead, rowsWritten: rowsWritten,
        rowsTotal: schema.rows.values.reduce(0, +)))
  }
}
