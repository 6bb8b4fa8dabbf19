import Conversion
import Datasets
import Settings

/// The way back: `lockstep convert FILE.h5 --to csv --output FILE.csv`.
extension Convert {
  static let exports = OptionGroup(title: "Back out of HDF5", options: [to, split])

  private static let to = Option(
    "to", .choice(of: ExportFormat.self),
    "Write the rows of a dataset file or of predictions, as they are stored, as a text table (csv), "
      + "as arrays of NumPy beside each other (npy: FILE.npy and FILE-targets.npy) or in one archive "
      + "(npz: x_train, y_train and so on).")
  private static let split = Option(
    "split", .choice(of: SplitName.self),
    "The split to write. Default: the only one; of an npz archive, all.")

  /// Whether rows go out of HDF5, not into it.
  static func isExport(_ arguments: Arguments) -> Bool { arguments.has(to) }

  static func export(_ arguments: Arguments, _ console: Console) throws -> SettingValue {
    let source = try arguments.words(1...1, for: Self.self)[0]
    let format = arguments.choice(to, of: ExportFormat.self)!
    var options = ExportOptions(
      source: source, format: format, output: try arguments.required(output, for: Self.self))
    options.replacesExisting = arguments.has(.force)
    options.split = arguments.choice(split, of: SplitName.self)
    options.features = arguments.text(features)
    options.targets = arguments.text(targets)
    let allowed = Set((exports.options + [output, .force, features, targets]).map(\.name))
    for option in optionGroups.flatMap(\.options) where arguments.has(option) {
      guard allowed.contains(option.name) || option.name == "json" else {
        throw UsageError("\(option.flag) is for sources, and --to \(format.rawValue) writes rows")
      }
    }
    var pace = ConversionPace()
    let summary = try Exporter.export(options) { progress in
      if let state = pace.state(progress) { console.show(state) }
    }
    console.result(
      "\(summary.outputs.joined(separator: ", ")): \(Numbers.count(summary.rows, "row")) of \(source)"
    )
    return [
      "outputs": .array(summary.outputs.map { .string($0) }), "rows": .integer(summary.rows),
      "source": .string(source),
    ]
  }
}
