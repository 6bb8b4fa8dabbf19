import Training

/// The table of epochs: a line for each, of one width whatever the numbers.
struct EpochTable {
  private let columns: [(group: String, title: String, width: Int)]
  private let isClassification: Bool

  init(isClassification: Bool) {
    self.isClassification = isClassification
    columns =
      isClassification
      ? [
        ("", "epoch", 5), ("train", "loss", 9), ("", "accuracy", 8), ("validation", "loss", 10),
        ("", "accuracy", 8), ("learning", "rate", 9), ("", "samples/s", 9), ("", "seconds", 7),
      ]
      : [
        ("", "epoch", 5), ("train", "loss", 9), ("validation", "loss", 10), ("", "R²", 7),
        ("learning", "rate", 9), ("", "samples/s", 9), ("", "seconds", 7),
      ]
  }

  var titles: String { line(columns.map(\.group)) + "\n" + line(columns.map(\.title)) }

  func line(_ epoch: EpochReport) -> String {
    let validation = epoch.validation
    var cells = ["\(epoch.epoch)", Numbers.loss(epoch.trainLoss)]
    if isClassification { cells.append(percent(epoch.trainAccuracy)) }
    cells.append(validation.map { Numbers.loss($0.loss) } ?? "")
    cells.append(
      isClassification
        ? percent(validation?.accuracy)
        : validation?.rSquared.map { Numbers.fixed($0, 4) } ?? "")
    cells += [
      Numbers.significant(epoch.learningRate, 3), Numbers.rate(epoch.samplesPerSecond),
      Numbers.fixed(epoch.seconds, 1),
    ]
    return line(cells)
  }

  private func percent(_ share: Double?) -> String { share.map(Numbers.percent) ?? "" }

  private func line(_ cells: [String]) -> String {
    Table.line(
      cells, widths: columns.map(\.width),
      alignments: Array(repeating: .right, count: columns.count))
  }
}
