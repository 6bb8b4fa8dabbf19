import Datasets
import HDF5
import TestSupport

@testable import Conversion

/// A folder in which text tables are converted.
struct Tables {
  let folder = TemporaryDirectory()
  var output: String { folder.file("out.h5") }

  /// What a table became.
  struct Result {
    var summary: ConversionSummary
    /// (rows, features)
    var features: [[Double]]
    var targets: [Double]
    var numbers: [Int]
    var information: DatasetInformation
  }

  func write(_ text: String, to name: String = "t.csv") throws -> String {
    try folder.write(Array(text.utf8), to: name)
  }

  /// Converts tables, unshuffled.
  func convert(
    _ sources: [SplitName: [String]], split: String = "train",
    _ change: (inout ConversionOptions) -> Void = { _ in }
  ) throws -> Result {
    var options = ConversionOptions(sources: sources, output: output)
    options.shuffle = .none
    options.replacesExisting = true
    change(&options)
    let summary = try Converter.convert(options)
    let file = try File(opening: output)
    let values = try file.dataset("\(split)/features").values(as: Double.self)
    let width = summary.featureShape[0]
    return Result(
      summary: summary,
      features: stride(from: 0, to: values.count, by: width).map {
        Array(values[$0..<$0 + width])
      },
      targets: try file.dataset("\(split)/targets").values(as: Double.self),
      numbers: try file.dataset("\(split)/row").values(as: Int.self),
      information: try Dataset(path: output).information)
  }

  /// Converts one table; its last column is the target unless `change` says otherwise.
  func convert(
    _ text: String, target: String, _ change: (inout ConversionOptions) -> Void = { _ in }
  ) throws -> Result {
    try convert([.train: [try write(text)]]) { options in
      options.table.targets = [target]
      change(&options)
    }
  }

  /// What is wrong, with the folder's path as DIR.
  func message(
    _ text: String, target: String = "y", _ change: (inout ConversionOptions) -> Void = { _ in }
  ) throws -> String {
    do {
      _ = try convert(text, target: target, change)
      return "no error"
    } catch let error as ConversionError {
      return error.description.split(separator: folder.path, omittingEmptySubsequences: false)
        .joined(separator: "DIR")
    }
  }
}
