import Datasets
import Glibc
import HDF5
import Settings

/// `lockstep inspect`: what is in a file or a run directory.
enum Inspect: Command {
  static let name = "inspect"
  static let summary = "Shows what is in a dataset, a checkpoint or a run."
  static let usage = "lockstep inspect FILE.h5|RUN_DIR"
  static let details = """
    Of a dataset: splits, shapes, types, how they are stored, classes and their balance. Of a
    checkpoint: network, tensors and whether their checksums hold, progress, configuration. Of a run
    directory: its epochs, its checkpoints, and the newest of them. Of a file of predictions: rows
    and classes. Of any other HDF5 file: the groups, datasets and attributes in it.
    """

  static let options = [
    OptionGroup(title: "Dataset", options: [check]),
    OptionGroup(title: "Files that others made", options: Option.layout + Option.permissions),
  ]

  static let check = Option(
    "check", .flag,
    "Read every row and check values, labels and checksums, however large a split is. By default "
      + "splits of more than 1 GiB are not read.")

  static func run(_ arguments: Arguments, _ console: Console) throws -> SettingValue {
    let path = try arguments.words(1...1, for: Self.self)[0]
    let inspection = try inspect(path, arguments, console)
    console.result(inspection.text)
    console.unfinished = inspection.problem.map { Unfinished(status: 1, message: "error: \($0)") }
    return inspection.json
  }

  private static func inspect(
    _ path: String, _ arguments: Arguments, _ console: Console
  ) throws -> Inspection {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      return try RunInspection.inspect(path)
    }
    let file = try File(opening: path, allowing: arguments.permissions())
    switch try FileKind(of: file) {
    case _ where arguments.has(.features) || arguments.has(.targets):
      return try DatasetInspection.inspect(file, arguments, console)
    case .dataset: return try DatasetInspection.inspect(file, arguments, console)
    case .checkpoint: return try CheckpointInspection.inspect(path)
    case .predictions: return try PredictionsInspection.inspect(file)
    case .other: return try FileTree.inspect(file)
    }
  }
}

/// What an HDF5 file is to Lockstep.
enum FileKind {
  case dataset, checkpoint, predictions, other

  init(of file: File) throws {
    var format: String?
    if try file.attributes.contains("format"),
      case .string = try file.attributes.storedType(of: "format")
    {
      format = try file.attributes.string("format")
    }
    func has(_ names: String...) throws -> Bool {
      try names.allSatisfy { try file.kind(of: $0) == .dataset }
    }
    switch format {
    case "lockstep-dataset": self = .dataset
    case "lockstep-checkpoint": self = .checkpoint
    default:
      if try has("outputs", "row") {
        self = .predictions
      } else {
        let splits = try SplitName.allCases.filter { try file.kind(of: $0.rawValue) == .group }
        let places = splits.map { "\($0)/" } + [""]
        let isDataset = try places.contains { try has("\($0)features", "\($0)targets") }
        self = isDataset ? .dataset : .other
      }
    }
  }
}
