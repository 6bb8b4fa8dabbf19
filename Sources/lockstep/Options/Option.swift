import Settings

/// One option of a command: its name, what it takes, and what it means.
struct Option: Sendable {
  /// Without the dashes: `batch-size`.
  let name: String
  let value: ValueKind
  /// One or two sentences for `--help`.
  let help: String
  /// The keys under which a run file has the same setting: `["shuffle", "blockRows"]`. Such a value
  /// is checked where the run file's is, so that both obey the same rules.
  let setting: [String]

  init(_ name: String, _ value: ValueKind, _ help: String, setting: [String] = []) {
    self.name = name
    self.value = value
    self.help = help
    self.setting = setting
  }

  /// As it is written: `--batch-size`.
  var flag: String { "--" + name }
}

/// Options that belong together in `--help`.
struct OptionGroup: Sendable {
  let title: String
  let options: [Option]
}

/// The options that several commands share.
extension Option {
  static let help = Option("help", .flag, "Tell about the command.")
  static let json = Option(
    "json", .flag,
    "Make standard output one JSON document, the result; everything else goes to standard error.")
  static let force = Option("force", .flag, "Replace the output if it exists.")
  static let workers = Option(
    "workers", .integer(1...65_536),
    "Threads to use. The result does not depend on it. Default: the number of cores.")
  static let memoryBudget = Option(
    "memory-budget", .byteSize,
    "The most memory that the data may take. Default: four fifths of what is free.")
  static let profile = Option(
    "profile", .optionalFile(ending: ".json"),
    "Tell where the time of the steps went. With a file: write the first steps to it, for "
      + "chrome://tracing or Perfetto.")
  static let features = Option(
    "features", .path("/PATH"), "The dataset of features, in files that others made.")
  static let targets = Option(
    "targets", .path("/PATH"), "The dataset of targets, in files that others made.")
  static let weights = Option(
    "weights", .path("/PATH"), "The dataset of sample weights, in files that others made.")

  /// Where a dataset file has what, for commands that read one.
  static let layout = [features, targets, weights]

  static let allowVirtual = Option(
    "allow-virtual", .flag, "Read datasets that are views of others, also in other files.")
  static let allowExternal = Option(
    "allow-external", .flag, "Follow links to other files, and read data that lie in other files.")
  static let allowPlugins = Option(
    "allow-plugins", .flag, "Load filters (Blosc, LZ4, bzip2, …) from HDF5's plugin folders.")

  /// What files may lead to beyond themselves.
  static let permissions = [allowVirtual, allowExternal, allowPlugins]
}
