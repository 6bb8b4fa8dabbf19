import Kernels

/// All rows of a split in memory, features in the type they are stored in. It never changes, so
/// any number of threads may gather from it at once.
public final class ResidentSplit: @unchecked Sendable {
  public let rows: Int
  /// A row's shape, without the rows.
  public let featureShape: [Int]
  public let targets: TargetSchema
  package let featureType: ElementCode

  let features: AlignedBuffer<UInt8>
  let targetValues: Targets
  let weights: AlignedBuffer<Float>?
  /// Nil when rows are numbered as they lie.
  let numbers: [Int64]?

  enum Targets {
    case classes(AlignedBuffer<Int32>)
    /// (rows, outputs)
    case values(AlignedBuffer<Float>)
  }

  init(
    rows: Int, featureShape: [Int], featureType: ElementCode, schema: TargetSchema,
    features: AlignedBuffer<UInt8>, targets: Targets, weights: AlignedBuffer<Float>?,
    numbers: [Int64]?
  ) {
    self.rows = rows
    self.featureShape = featureShape
    self.featureType = featureType
    self.targets = schema
    self.features = features
    targetValues = targets
    self.weights = weights
    self.numbers = numbers
  }

  /// Numbers in a row of features.
  public var featureCount: Int { featureShape.reduce(1, *) }

  /// Whether the split has sample weights; otherwise each row weighs 1.
  public var hasWeights: Bool { weights != nil }

  /// The number in its source of the row at `index`.
  public func rowNumber(_ index: Int) -> Int {
    precondition(index >= 0 && index < rows, "row outside the split")
    return numbers.map { Int($0[index]) } ?? index
  }

  /// Bytes of memory that the rows take.
  package var byteCount: Int {
    let targetBytes =
      switch targetValues {
      case .classes(let labels): labels.count * MemoryLayout<Int32>.stride
      case .values(let values): values.count * MemoryLayout<Float>.stride
      }
    return features.count + targetBytes + (weights?.count ?? 0) * MemoryLayout<Float>.stride
      + (numbers?.count ?? 0) * MemoryLayout<Int64>.stride
  }

  /// How many rows each class has; empty when targets are values.
  public var classCounts: [Int] {
    guard case .classes(let labels) = targetValues else { return [] }
    var counts = [Int](repeating: 0, count: targets.outputs)
    for label in labels.pointer { counts[Int(label)] += 1 }
    return counts
  }
}

// Indices come from `EpochOrder` or a range of rows, and are not checked again in a release build.
extension ResidentSplit {
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
