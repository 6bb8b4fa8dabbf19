import Kernels

/// Memory for rows of a split: features in the type they are stored in, targets, weights and row
/// numbers. It holds all rows of a split, or those that are in the window (see `RowStream`).
///
/// Any number of threads may gather from it at once; a row that is being written is known to nobody
/// else.
public final class ResidentRows: @unchecked Sendable {
  /// How many rows there is room for.
  public let rows: Int
  /// A row's shape, without the rows.
  public let featureShape: [Int]
  public let targets: TargetSchema
  package let featureType: ElementCode

  let features: PageBuffer<UInt8>
  let targetValues: Targets
  let weights: PageBuffer<Float>?
  /// Nil when rows are numbered as they lie in the split.
  let numbers: PageBuffer<Int64>?

  enum Targets {
    case classes(PageBuffer<Int32>)
    /// (rows, outputs)
    case values(PageBuffer<Float>)
  }

  /// - Returns: nil where the system refuses so much memory.
  init?(
    rows: Int, featureShape: [Int], featureType: ElementCode, targets: TargetSchema,
    isWeighted: Bool, isNumbered: Bool
  ) {
    self.rows = rows
    self.featureShape = featureShape
    self.featureType = featureType
    self.targets = targets
    let rowBytes = featureShape.reduce(featureType.byteCount, *)
    guard let features = PageBuffer<UInt8>(count: rows * rowBytes) else { return nil }
    self.features = features
    switch targets {
    case .classes:
      guard let labels = PageBuffer<Int32>(count: rows) else { return nil }
      targetValues = .classes(labels)
    case .values(let outputs):
      guard let values = PageBuffer<Float>(count: rows * outputs) else { return nil }
      targetValues = .values(values)
    }
    weights = isWeighted ? PageBuffer(count: rows) : nil
    numbers = isNumbered ? PageBuffer(count: rows) : nil
    if isWeighted && weights == nil || isNumbered && numbers == nil { return nil }
  }

  /// Memory for other rows of the same kind.
  ///
  /// - Returns: nil where the system refuses so much memory.
  convenience init?(rows: Int, like other: ResidentRows) {
    self.init(
      rows: rows, featureShape: other.featureShape, featureType: other.featureType,
      targets: other.targets, isWeighted: other.weights != nil, isNumbered: other.numbers != nil)
  }

  /// Copies the first rows of `other`, each to its place; those whose place is negative are left out.
  ///
  /// - Parameter features: false where they are there already.
  func copy(from other: ResidentRows, to places: [Int32], features copiesFeatures: Bool) {
    precondition(places.count <= other.rows, "more places than rows")
    func copy<Element>(_ from: PageBuffer<Element>, _ to: PageBuffer<Element>, width: Int) {
      let rowBytes = width * MemoryLayout<Element>.stride
      places.withUnsafeBufferPointer { places in
        Scatter.rows(
          from.bytes.baseAddress!, rowBytes: rowBytes, to: places, of: to.bytes.baseAddress!,
          pastCaches: rowBytes >= Self.leastRowPastCaches
            && to.bytes.count >= Self.leastBufferPastCaches)
      }
    }
    if copiesFeatures {
      copy(other.features, features, width: featureShape.reduce(featureType.byteCount, *))
    }
    switch (other.targetValues, targetValues) {
    case (.classes(let from), .classes(let to)): copy(from, to, width: 1)
    case (.values(let from), .values(let to)): copy(from, to, width: targets.outputs)
    default: preconditionFailure("rows of another kind")
    }
    if let from = other.weights, let to = weights { copy(from, to, width: 1) }
    if let from = other.numbers, let to = numbers { copy(from, to, width: 1) }
  }

  /// Rows of at least so many bytes are written past the caches, which would have dropped them
  /// before they are read in a buffer of so many: with rows of 400, 784, 1568 and 3136 bytes that
  /// took 0.9, 0.8, 0.6 and 0.4 of the time on an AMD Zen 3 core.
  static let leastRowPastCaches = 512
  static let leastBufferPastCaches = 64 << 20

  /// Numbers in a row of features.
  public var featureCount: Int { featureShape.reduce(1, *) }

  /// Whether rows have sample weights; otherwise each weighs 1.
  public var hasWeights: Bool { weights != nil }

  /// The number in its source of the row at `index`, where all rows of a split are here.
  public func rowNumber(_ index: Int) -> Int {
    precondition(index >= 0 && index < rows, "row outside the split")
    return numbers.map { Int($0.pointer[index]) } ?? index
  }

  /// How many rows each class has, where all rows of a split are here; empty when targets are
  /// values.
  public var classCounts: [Int] {
    guard case .classes(let labels) = targetValues else { return [] }
    var counts = [Int](repeating: 0, count: targets.outputs)
    for label in labels.pointer { counts[Int(label)] += 1 }
    return counts
  }
}

// Indices come from `EpochOrder` or a range of rows, and are not checked again in a release build.
extension ResidentRows {
  /// Features of the rows at `indices`, normalised, as (indices, features).
  package func gather(
    _ indices: UnsafeBufferPointer<Int32>, scaling: FeatureScaling, into out: FloatView
  ) {
    precondition(out.count == indices.count * featureCount, "the rows do not fit the view")
    assert(indices.allSatisfy { $0 >= 0 && $0 < rows })
    Gather.rows(
      from: UnsafeRawPointer(features.pointer.baseAddress!), type: featureType,
      rowWidth: featureCount, indices: indices, scale: scaling.kernel, into: out)
  }

  /// Classes of the rows at `indices`.
  /// - Precondition: targets are classes.
  package func gatherClasses(
    _ indices: UnsafeBufferPointer<Int32>, into out: UnsafeMutableBufferPointer<Int32>
  ) {
    guard case .classes(let labels) = targetValues else {
      preconditionFailure("the targets are values")
    }
    precondition(out.count == indices.count, "the classes do not fit the buffer")
    assert(indices.allSatisfy { $0 >= 0 && $0 < rows })
    for place in 0..<indices.count { out[place] = labels.pointer[Int(indices[place])] }
  }

  /// Target values of the rows at `indices`, as (indices, outputs).
  /// - Precondition: targets are values.
  package func gatherValues(_ indices: UnsafeBufferPointer<Int32>, into out: FloatView) {
    guard case .values(let values) = targetValues else {
      preconditionFailure("the targets are classes")
    }
    let outputs = targets.outputs
    precondition(out.count == indices.count * outputs, "the values do not fit the view")
    assert(indices.allSatisfy { $0 >= 0 && $0 < rows })
    for place in 0..<indices.count {
      let row = Int(indices[place])
      for output in 0..<outputs {
        out.base[place * outputs + output] = values.pointer[row * outputs + output]
      }
    }
  }

  /// Sample weights of the rows at `indices`; ones where the split has none.
  package func gatherWeights(_ indices: UnsafeBufferPointer<Int32>, into out: FloatView) {
    precondition(out.count == indices.count, "the weights do not fit the view")
    guard let weights else { return out.fill(1) }
    for place in 0..<indices.count { out.base[place] = weights.pointer[Int(indices[place])] }
  }
}
