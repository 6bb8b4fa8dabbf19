import Datasets

/// A format of sources: how it is recognised and opened.
public enum SourceFormat: String, Sendable, CaseIterable {
  /// The format of the MNIST data sets: images, then labels.
  case idx
  /// Text with delimiters: commas, tabs, semicolons or bars.
  case csv
  /// A JSON object on each line.
  case jsonl
  /// NumPy's arrays: a file of features, then one of their targets.
  case npy
  /// NumPy's archives of named arrays.
  case npz
  /// The binary files of CIFAR-10 and CIFAR-100.
  case cifar
  /// Sparse rows as text, of libsvm and svmlight.
  case libsvm
  /// HDF5 files, whoever made them.
  case hdf5
  /// Folders with a folder of PNG and JPEG images for each class.
  case images

  /// Bytes of a file's start, decompressed, that tell its format.
  static let startBytes = 8 << 10

  /// Finds the format of a file from how it starts, decompressed.
  static func recognize(_ file: SourceFile) throws(ConversionError) -> SourceFormat {
    if file.isFolder { return .images }
    let reader = try file.open()
    let start = try reader.read(count: startBytes)
    if IDXHeader.isMagic(start) { return .idx }
    if start.starts(with: NPYHeader.magic) { return .npy }
    if start.starts(with: HDF5Source.magic) { return .hdf5 }
    if NPZArchive.isArchive(start) { return .npz }
    if CIFARForm.recognize(start, size: reader.byteCount) != nil { return .cifar }
    if start.starts(with: [0, 0]) { return .idx }
    if LibSVMSource.looksLike(start) { return .libsvm }
    try ForeignFormat.refuse(start, path: file.path)
    if isText(start) { return startsWithObject(start) ? .jsonl : .csv }
    throw ConversionError(
      subject: file.path,
      problem: start.isEmpty ? "is empty" : "\(startWords(start)), as no format that is read does",
      expected: expected,
      remedy: "check that this is the right file and that it was downloaded whole")
  }

  /// The format of all files.
  static func recognize(_ files: [SourceFile]) throws(ConversionError) -> SourceFormat {
    let first = try recognize(files[0])
    for file in files.dropFirst() {
      let format = try recognize(file)
      guard format == first else {
        throw ConversionError(
          subject: file.path, problem: "is \(format.words)",
          expected: "\(first.words), as \(files[0].path) is",
          remedy: "convert sources of one format at a time, or say --format")
      }
    }
    return first
  }

  /// Opens the sources of each split.
  func open(
    _ sources: [SplitName: [SourceFile]], _ options: ConversionOptions, presumes: Bool,
    keepingIn work: WorkingFolder? = nil, _ progress: ProgressReporter = ProgressReporter()
  ) throws(ConversionError) -> any SourceSet {
    guard isTable || options.like == nil else {
      throw ConversionError(
        option: "--like", problem: "is given for \(words)", expected: "a text table")
    }
    switch self {
    case .csv, .jsonl:
      return try TableSet(
        sources, options, isJSON: self == .jsonl, presumes: presumes, keepingIn: work)
    // What is of one kind in all files.
    case .libsvm: return try LibSVMSource.open(sources, options, progress)
    case .images: return try ImageSet.open(sources, options, presumes: presumes, progress)
    case .hdf5: return try HDF5Source.open(sources, options, progress)
    default: break
    }
    var opened: [SplitName: [any RowSource]] = [:]
    for (split, files) in sources.sorted(by: { $0.key < $1.key }) {
      opened[split] = try open(files, for: split, options)
    }
    return try ArraySet(opened, options, progress)
  }

  /// Opens files each of which says all of itself.
  private func open(
    _ files: [SourceFile], for split: SplitName, _ options: ConversionOptions
  ) throws(ConversionError) -> [any RowSource] {
    switch self {
    case .idx: try IDXPair.open(files, for: split.rawValue)
    case .npy: try NPYSource.open(files, for: split.rawValue)
    case .npz: try NPYSource.open(archives: files, for: split, options)
    case .cifar: try CIFARSource.open(files, options)
    case .csv, .jsonl, .libsvm, .hdf5, .images: []
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
    case .npy: "an NPY file"
    case .npz: "an NPZ file"
    case .cifar: "a CIFAR batch"
    case .libsvm: "a libsvm file"
    case .hdf5: "an HDF5 file"
    case .images: "a folder of images"
    }
  }

  /// Text has no null bytes, and few control characters.
  private static func isText(_ start: [UInt8]) -> Bool {
    let controls = start.count { $0 < 0x20 && !(0x09...0x0D).contains($0) }
    return !start.isEmpty && !start.contains(0) && 4 * controls < start.count
  }

  private static func startsWithObject(_ start: [UInt8]) -> Bool {
    let text = start.starts(with: [0xEF, 0xBB, 0xBF]) ? start.dropFirst(3) : start[...]
    return text.first { ![0x09, 0x0A, 0x0D, 0x20].contains($0) } == UInt8(ascii: "{")
  }

  private static var expected: String {
    let all = allCases.map(\.words)
    return all.dropLast().joined(separator: ", ") + " or " + all.last!
  }

  private static func startWords(_ start: [UInt8]) -> String {
    "starts with the bytes " + start.prefix(4).map(\.hexadecimal).joined(separator: " ")
  }
}
