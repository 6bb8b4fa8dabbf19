import Datasets

/// A format of sources: how it is recognised and opened.
public enum SourceFormat: String, Sendable, CaseIterable {
  /// The format of the MNIST data sets: images, then labels.
  case idx

  /// Finds the format of a file from how it starts, decompressed.
  static func recognize(_ path: String) throws(ConversionError) -> SourceFormat {
    let reader = try GzipReader(path: path)
    // What is read from a pipe is gone.
    guard reader.fileSize != nil else { return .idx }
    let start = try reader.read(count: 4)
    if start.starts(with: [0, 0]) { return .idx }
    // Says what it starts with instead.
    _ = try IDXHeader.magic(start, path: path)
    return .idx
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
  ) throws(ConversionError) -> [SplitName: [any RowSource]] {
    var opened: [SplitName: [any RowSource]] = [:]
    for (split, paths) in sources.sorted(by: { $0.key < $1.key }) where !paths.isEmpty {
      opened[split] =
        switch self {
        case .idx: try IDXPair.open(paths, for: split.rawValue)
        }
    }
    return opened
  }

  /// What a file of it is called: "an IDX file".
  var words: String {
    switch self {
    case .idx: "an IDX file"
    }
  }
}
