import Datasets
import Training

/// Metrics for people.
struct MetricsReport {
  private let metrics: Metrics
  private let model: Model

  /// Larger tables do not fit a screen; `--json` has them.
  private static let mostClasses = 100
  private static let mostConfused = 20

  init(_ metrics: Metrics, model: Model) {
    self.metrics = metrics
    self.model = model
  }

  func text(split: SplitName, of data: String) -> String {
    var parts = ["\(data), \(split): \(Numbers.count(metrics.samples, "sample"))", summary]
    if (1...Self.mostClasses).contains(metrics.confusion.count) { parts.append(classes) }
    if (1...Self.mostConfused).contains(metrics.confusion.count) {
      parts.append("Rows are the actual class, columns the predicted one:\n" + confusion)
    } else if !metrics.confusion.isEmpty {
      parts.append("More about each class: --json")
    }
    return parts.joined(separator: "\n\n")
  }

  private var summary: String {
    var table = Table([.left, .right])
    table.add(["loss", Numbers.loss(metrics.loss)])
    if let accuracy = metrics.accuracy { table.add(["accuracy", Numbers.percent(accuracy)]) }
    for top in metrics.topK { table.add(["top-\(top.k) accuracy", Numbers.percent(top.accuracy)]) }
    if let error = metrics.meanAbsoluteError {
      table.add(["mean absolute error", Numbers.loss(error)])
    }
    if let error = metrics.rootMeanSquaredError {
      table.add(["root mean squared error", Numbers.loss(error)])
    }
    if let share = metrics.rSquared { table.add(["R²", Numbers.fixed(share, 4)]) }
    return table.text
  }

  private var classes: String {
    var table = Table([
      "class": .left, "precision": .right, "recall": .right, "support": .right,
    ])
    for (label, values) in metrics.perClass.enumerated() {
      table.add([
        name(label), Numbers.percent(values.precision), Numbers.percent(values.recall),
        Numbers.count(values.support),
      ])
    }
    return table.text
  }

  private var confusion: String {
    let labels = metrics.confusion.indices
    var table = Table([.left] + labels.map { _ in .right })
    table.add([""] + labels.map(String.init))
    for (label, row) in metrics.confusion.enumerated() {
      table.add([name(label)] + row.map { $0 == 0 ? "·" : String($0) })
    }
    return table.text
  }

  private func name(_ label: Int) -> String { model.classNames.name(label) }
}
