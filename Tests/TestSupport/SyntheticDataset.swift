import Datasets
import Kernels

/// Writes small datasets of made-up rows, the same for the same arguments.
public enum SyntheticDataset {
  /// Classified points: `classes` Gaussian clouds in `features` dimensions.
  ///
  /// - Parameters:
  ///   - weighted: whether rows have sample weights, some of them zero.
  ///   - hasTargets: false for rows to predict.
  public static func writeClasses(
    to path: String, rows: [SplitName: Int], features: Int = 7, classes: Int = 3,
    weighted: Bool = false, hasTargets: Bool = true, seed: UInt64 = 1
  ) throws {
    let schema = DatasetSchema(
      featureShape: [features], featureType: .float32, targetType: hasTargets ? .uint8 : nil,
      hasWeights: weighted, rows: rows)
    let writer = try DatasetWriter(path: path, schema: schema)
    for (split, count) in rows.sorted(by: { $0.key < $1.key }) {
      var random = RandomStream(
        seed: seed, purpose: .initialization, index: SplitName.allCases.firstIndex(of: split)!)
      let labels = (0..<count).map { _ in UInt8(random.below(classes)) }
      let values = labels.flatMap { label in
        (0..<features).map { feature -> Float in
          let center: Float = feature % classes == Int(label) ? 1 : 0
          return center + (random.uniform() - 0.5) * 2
        }
      }
      let weights = weighted ? (0..<count).map { Float($0 % 4) / 2 } : []
      try values.withUnsafeBytes { values in
        try labels.withUnsafeBytes { labels in
          try writer.append(
            to: split, features: values,
            targets: hasTargets ? labels : UnsafeRawBufferPointer(start: nil, count: 0),
            weights: weights,
            rowNumbers: Array(0..<count))
        }
      }
    }
    try writer.finish(DatasetInformation(classCount: hasTargets ? classes : nil))
  }

  /// A function of one or more numbers: rows of `inputs` and `outputs`, all in `train`.
  public static func writeValues(
    to path: String, inputs: [[Float]], outputs: [[Float]]
  ) throws {
    let schema = DatasetSchema(
      featureShape: [inputs[0].count], featureType: .float32, targetShape: [outputs[0].count],
      targetType: .float32, rows: [.train: inputs.count])
    let writer = try DatasetWriter(path: path, schema: schema)
    try inputs.flatMap { $0 }.withUnsafeBytes { features in
      try outputs.flatMap { $0 }.withUnsafeBytes { targets in
        try writer.append(
          to: .train, features: features, targets: targets,
          rowNumbers: Array(inputs.indices))
      }
    }
    try writer.finish(DatasetInformation())
  }
}
