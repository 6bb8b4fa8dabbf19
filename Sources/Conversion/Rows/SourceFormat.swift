import Datasets

/// A format of sources: how it is recognised and opened.
public enum SourceFormat: String, Sendable, CaseIterable {
  /// The format of the MNIST data sets: images, then labels.
  case idx
  /// Text with delimiters: commas, tabs, semicolons or bars.
  case csv
  /// A JSON object on each line.
  case jsonl

  /// Finds the format of a file from how it starts, decompressed.
  static func recognize(_ path: String) throws(ConversionError) -> SourceFormat {
    let reader = try GzipReader(path: path)
    // What is read from a pipe is gone.
    guard reader.fileSize != nil else { return .idx }
    let start = try reader.read(count: 64)
    if start.starts(with: [0, 0]) { return .idx }
    if start.contains(0) || start.isEmpty {
      // Says what it starts with instead.
      _ = try IDXHeader.magic(Array(start.prefix(4)), path: path)
    }
    let text = start.starts(with: [0xEF, 0xBB, 0xBF]) ? start.dropFirst(3) : start[...]
    let first = text.first { ![0x09, 0x0A, 0x0D, 0x20].contains($0) }
    return first == UInt8(ascii: "{") ? .jsonl : .csv
  }

  /// The format of all files.
  static func recognize(_ paths: [String]) throws(ConversionError) -> SourceFormat {
    let first = try recognize(paths[0])
    for path in paths.dropFirst() {
      let format = try recognize(path)
      guard format == first else {
        throw ConversionError(
          subject: path, problem: "is \(format.words)",
          expected: "\(first.words), as \(paths[0]) is",
          remedy: "convert sources of one format at a time, or say --format")
      }
    }
    return first
  }

  /// Opens the sources of each split.
  func open(
    _ sources: [SplitName: [String]], _ options: ConversionOptions, presumes: Bool
  ) throws(ConversionError) -> any SourceSet {
    if isTable {
      return try TableSet(sources, options, isJSON: self == .jsonl, presumes: presumes)
    }
    guard options.like == nil else {
      throw ConversionError(
        subject: "--like", problem: "is given for \(words)", expected: "a text table")
    }
    var opened: [SplitName: [any RowSource]] = [:]
    for (split, paths) in sources.sorted(by: { $0.key < $1.key }) {
      opened[split] = try open(paths, for: split)
    }
    return ArraySet(opened, options)
  }

  /// Opens sources whose rows are arrays.
  private func open(
    _ paths: [String], for split: SplitName
  ) throws(ConversionError) -> [any RowSource] {
    switch self {
    case .idx: try IDXPair.open(paths, for: split.rawValue)
    case .csv, .jsonl: []
    }
  }

  /// Whether its columns have names.
  private var isTable: Bool { self == .csv || self == .jsonl }

  /// What a file of it is called: "an IDX file".
  var words: String {
    switch self {
    case .idx: "an IDX file"
    case .csv: "a text table"
    case .jsonl: "a table of JSON lines"
    }
  }
}
