import Settings

/// How well a network does on a split.
public struct Metrics: Sendable, Equatable {
  public struct TopK: Sendable, Equatable {
    public var k: Int
    /// The share of samples whose class is among the k highest scores.
    public var accuracy: Double
  }

  public var samples: Int
  /// The weighted mean of the loss that the run trains on (label smoothing and weights included).
  public var loss: Double

  // Of classifiers:
  public var accuracy: Double?
  public var topK: [TopK] = []
  /// `confusion[actual][predicted]`, counts of samples.
  public var confusion: [[Int]] = []

  // Of regressions, over all outputs:
  public var meanAbsoluteError: Double?
  public var rootMeanSquaredError: Double?
  /// The coefficient of determination, the mean over the outputs.
  public var rSquared: Double?
}

extension Metrics {
  /// One class's share in a confusion matrix.
  public struct ClassMetrics: Sendable, Equatable {
    /// Of the samples predicted as this class, the share that are; 0 when none is predicted.
    public var precision: Double
    /// Of the samples of this class, the share predicted as such; 0 when there are none.
    public var recall: Double
    /// The number of samples of this class.
    public var support: Int
  }

  /// Precision, recall and support of each class.
  public var perClass: [ClassMetrics] {
    confusion.indices.map { label in
      let hits = confusion[label][label]
      let support = confusion[label].reduce(0, +)
      let predicted = confusion.reduce(0) { $0 + $1[label] }
      return ClassMetrics(
        precision: predicted > 0 ? Double(hits) / Double(predicted) : 0,
        recall: support > 0 ? Double(hits) / Double(support) : 0, support: support)
    }
  }

  /// The metrics as the members of a JSON object.
  public func settings(details: Bool) -> SettingValue {
    var members: [String: SettingValue] = ["samples": .integer(samples), "loss": .number(loss)]
    members["accuracy"] = accuracy.map { .number($0) }
    members["meanAbsoluteError"] = meanAbsoluteError.map { .number($0) }
    members["rootMeanSquaredError"] = rootMeanSquaredError.map { .number($0) }
    members["rSquared"] = rSquared.map { .number($0) }
    if !topK.isEmpty {
      members["topK"] = .object(
        Dictionary(
          topK.map { (String($0.k), .number($0.accuracy)) }, uniquingKeysWith: { $1 }))
    }
    if details, !confusion.isEmpty {
      members["confusion"] = .array(confusion.map { .array($0.map { .integer($0) }) })
      members["classes"] = .array(
        perClass.map {
          [
            "precision": .number($0.precision), "recall": .number($0.recall),
            "support": .integer($0.support),
          ]
        })
    }
    return .object(members)
  }
}
