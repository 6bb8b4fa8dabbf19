import Datasets

/// A format of sources: how it is recognised and opened.
public enum SourceFormat: String, Sendable, CaseIterable {
  /// The format of the MNIST data sets: images, then labels.
  case idx
  /// Text with delimiters: commas, tabs, semicolons or bars.
  case csv

  /// Finds the format of a file from how it starts, decompressed.
  static func recognize(_ path: String) throws(ConversionError) -> SourceFormat {
    let reader = try GzipReader(path: path)
    // What is read from a pipe is gone.
    guard reader.fileSize != nil else { return .idx }
    let start = try reader.read(count: 4)
    if start.starts(with: [0, 0]) { return .idx }
    if start.contains(0) || start.isEmpty {
      // Says what it starts with instead.
      _ = try IDXHeader.magic(start, path: path)
    }
    return .csv
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
    _ sources: [SplitName: [String]], _ options: ConversionOptions
  ) throws(ConversionError) -> any SourceSet {
    if self == .csv { return try TableSet(sources, options) }
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
    case .csv: []
    }
  }

  /// What a file of it is called: "an IDX file".
  var words: String {
    switch self {
    case .idx: "an IDX file"
    case .csv: "a text table"
    }
  }
}
