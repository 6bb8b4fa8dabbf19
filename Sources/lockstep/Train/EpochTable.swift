import Settings
import Training

/// The table of epochs: a line for each, of one width whatever the numbers.
struct EpochTable {
  private var columns: [Column]

  private struct Column {
    var group = ""
    var title: String
    var width: Int
    /// Where the epoch has the number, and how it is written.
    var keys: [String]
    var format: (Double) -> String
  }

  init(isClassification: Bool, hasValidation: Bool) {
    columns = [
      Column(title: "epoch", width: 5, keys: ["epoch"]) {
        Numbers.significant($0, 9)
      },
      Column(
        group: "train", title: "loss", width: 9, keys: ["train", "loss"], format: Numbers.loss),
    ]
    if isClassification {
      columns.append(
        Column(
          title: "accuracy", width: 8, keys: ["train", "accuracy"], format: Numbers.percent))
    }
    if hasValidation {
      columns.append(
        Column(
          group: "validation", title: "loss", width: 10, keys: ["validation", "loss"],
          format: Numbers.loss))
      columns.append(
        isClassification
          ? Column(
            title: "accuracy", width: 8, keys: ["validation", "accuracy"], format: Numbers.percent)
          : Column(title: "R²", width: 7, keys: ["validation", "rSquared"]) {
            Numbers.fixed($0, 4)
          })
    }
    columns += [
      Column(group: "learning", title: "rate", width: 9, keys: ["learningRate"]) {
        Numbers.significant($0, 3)
      },
      Column(title: "samples/s", width: 9, keys: ["samplesPerSecond"], format: Numbers.rate),
      Column(title: "seconds", width: 7, keys: ["seconds"]) { Numbers.fixed($0, 1) },
    ]
  }

  /// The columns that these epochs have.
  init(fitting epochs: [SettingValue]) {
    self.init(
      isClassification: epochs.contains { $0[["train", "accuracy"]] != nil },
      hasValidation: epochs.contains { $0[["validation"]] != nil })
  }

  var titles: String { line(columns.map(\.group)) + "\n" + line(columns.map(\.title)) }

  /// - Parameter epoch: as `EpochReport.settings` has it.
  func line(_ epoch: SettingValue) -> String {
    line(columns.map { column in epoch[column.keys]?.asDouble.map(column.format) ?? "" })
  }

  func text(_ epochs: [SettingValue]) -> String {
    ([titles] + epochs.map { line($0) }).joined(separator: "\n")
  }

  private func line(_ cells: [String]) -> String {
    Table.line(
      cells, widths: columns.map(\.width),
      alignments: Array(repeating: .right, count: columns.count))
  }
}
