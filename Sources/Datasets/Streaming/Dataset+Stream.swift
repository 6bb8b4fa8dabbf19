import Glibc
import HDF5
import Kernels

extension Dataset {
  /// Makes ready to stream the rows of a split; `RowStream.pass` reads them.
  ///
  /// - Parameters:
  ///   - geometry: the order of the rows.
  ///   - batch: the most rows that are drawn at a time.
  ///   - decoders: threads that read and decode; nil is the number of cores.
  ///   - budget: the most bytes that the split may take; nil for as much as the machine has.
  /// - Throws: `DatasetError` for a split that is not there, or whose window does not fit the
  ///   budget, with the arithmetic.
  public func stream(
    _ split: SplitName, geometry: ShuffleGeometry = .none, batch: Int, decoders: Int? = nil,
    budget: Int? = nil
  ) throws(DatasetError) -> RowStream {
    let columns = try self.columns(of: split)
    let reader = try SplitReader(columns, targets: targets, form: targetForm)
    let request = request(
      columns, reader, geometry: geometry, batch: batch, decoders: decoders)
    let plan = try plan(request, split: split, budget: budget)
    guard
      let memory = ResidentRows(
        rows: plan.staysResident ? plan.rows : plan.slots * plan.slotRows,
        featureShape: featureShape, featureType: ElementCode(columns[0].features.type),
        targets: targets,
        isWeighted: columns[0].weights != nil, isNumbered: columns[0].numbers != nil)
    else {
      throw DatasetError(
        file: path, dataset: "/\(split)", problem: "takes \(plan.rowBytes) bytes of memory",
        expected: "no more than the system gives",
        remedy: "give a smaller --memory-budget, or use a machine with more memory")
    }
    return RowStream(
      split, of: path, reader: reader, memory: memory, plan: plan, geometry: geometry)
  }

  /// Reads all rows of a split into memory, and checks every value.
  ///
  /// - Parameter budget: the most bytes that the rows may take; nil for as much as the machine
  ///   has.
  /// - Throws: `DatasetError` for a split that is not there or does not fit the budget, damaged
  ///   data, features that are not finite, and targets that are none.
  public func load(_ split: SplitName, budget: Int? = nil) throws(DatasetError) -> ResidentRows {
    let stream = try stream(split, geometry: .full, batch: 1, budget: budget)
    try stream.prepare()
    return stream.memory
  }

  /// The fewest bytes in which a split can be read front to back; 0 where it is not there.
  public func leastBytes(_ split: SplitName, batch: Int) throws(DatasetError) -> Int {
    guard let columns = parts[split] else { return 0 }
    let reader = try SplitReader(columns, targets: targets, form: targetForm)
    let request = request(columns, reader, geometry: .none, batch: batch, decoders: 1)
    let plans = [.resident, .least].compactMap { StreamPlan(request, $0)?.byteCount }
    return plans.min() ?? 0
  }

  /// Bytes that a split takes in memory with all its rows.
  public func residentBytes(_ split: SplitName) -> Int {
    parts[split].map { splits[split]! * rowParts($0).reduce(0, +) } ?? 0
  }

  /// What each file has of a split.
  func columns(of split: SplitName) throws(DatasetError) -> [SplitColumns] {
    if let columns = parts[split] { return columns }
    throw DatasetError(
      file: path, problem: "has no split \(split)",
      expected: splits.keys.sorted().map(\.rawValue).joined(separator: ", ")
        + (splits.count == 1 ? ", the only one it has" : ", which it has"))
  }

  /// Bytes of a row's features, target, weight and number in memory.
  private func rowParts(_ columns: [SplitColumns]) -> [Int] {
    [
      columns[0].features.rowBytes, targetForm == .values ? 4 * targets.outputs : 4,
      columns[0].weights == nil ? 0 : 4, columns[0].numbers == nil ? 0 : 8,
    ].filter { $0 > 0 }
  }

  private func request(
    _ columns: [SplitColumns], _ reader: SplitReader, geometry: ShuffleGeometry, batch: Int,
    decoders: Int?
  ) -> StreamPlan.Request {
    let rows = columns.map(\.rows).reduce(0, +)
    let unit = reader.readers[0].unitRows ?? 1
    func blockRows(ofBytes bytes: Int) -> Int {
      unit * max(1, bytes / (unit * columns[0].features.rowBytes))
    }
    return StreamPlan.Request(
      rows: rows, rowParts: rowParts(columns),
      units: reader.readers.map {
        (rows: $0.unitRows, bytes: $0.unitBytes, total: $0.column.rows * $0.column.rowBytes)
      },
      scratchBytes: { reader.scratchBytes(blockRows: $0) }, geometry: geometry,
      blockRows: blockRows(ofBytes: Self.bandBytes), leastBlockRows: blockRows(ofBytes: 1),
      batch: min(batch, rows),
      decoders: decoders ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// About so much is read at once where the order leaves it open.
  private static let bandBytes = 1 << 20

  private func plan(
    _ request: StreamPlan.Request, split: SplitName, budget: Int?
  ) throws(DatasetError) -> StreamPlan {
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    let most = budget ?? machine
    for ambition in [StreamPlan.Ambition.resident, .ample, .comfortable, .least] {
      if let plan = StreamPlan(request, ambition), plan.budgetedBytes <= most { return plan }
    }
    let plan = StreamPlan(request, .least) ?? StreamPlan(request, .resident)!
    throw DatasetError(
      file: path, dataset: "/\(split)", problem: "takes " + plan.arithmetic,
      expected: "at most \(most), "
        + (budget == nil ? "the machine's memory" : "the memory budget"),
      remedy: (budget == nil ? "use a machine with more memory" : "raise --memory-budget")
        + Self.otherOrders(request))
  }

  /// What else can be done about rows that do not fit in memory.
  private static func otherOrders(_ request: StreamPlan.Request) -> String {
    switch request.geometry.mode {
    case .full where request.batch > 1: ", or use --shuffle window"
    case .window:
      ", or draw from fewer rows at a time (--window-blocks, --block-rows)"
    case .full, .none: ""
    }
  }
}

extension StreamPlan {
  /// "2000 bytes of memory (50 rows of 24 + 4 + 4 + 8 bytes)"
  fileprivate var arithmetic: String {
    let row = rowParts.map(String.init).joined(separator: " + ")
    if staysResident { return "\(rowBytes) bytes of memory (\(rows) rows of \(row) bytes)" }
    return "\(byteCount) bytes of memory (\(windowBlocks) blocks in the window and \(blocksAhead) "
      + "read ahead, of \(blockRows) rows of \(row) bytes"
      + (placesRows ? ", and a mini-batch" : "") + ": \(rowBytes); decoding: "
      + "\(decodingBytes); the order of the rows: \(orderBytes))"
  }
}
