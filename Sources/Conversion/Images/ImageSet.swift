import Datasets
import HDF5

/// The folders of images of all splits, opened together: their classes are those of the first split,
/// and their rows are of one kind.
struct ImageSet {
  private let options: ConversionOptions
  /// For what is read of files.
  private let scratch = ScratchPool()
  private var folders: [Folder] = []
  private var classNames: [String] = []
  private var skipped = SkippedRows()

  private struct Folder {
    let split: SplitName
    let source: SourceFile
    /// Of all files, those that are skipped included.
    let count: Int
    var files: [ImageFile]
  }

  private typealias Examined = (file: ImageFile, header: ImageHeader)

  /// Opens the folders of each split.
  /// - Parameter presumes: whether many images may be taken for what some of them are.
  static func open(
    _ sources: [SplitName: [SourceFile]], _ options: ConversionOptions, presumes: Bool,
    _ progress: ProgressReporter = ProgressReporter()
  ) throws(ConversionError) -> ArraySet {
    var set = ImageSet(options)
    for (split, folders) in sources.sorted(by: { $0.key < $1.key }) {
      let opened = try folders.map { source throws(ConversionError) in
        guard let folder = source.folder else {
          throw ConversionError(
            subject: source.path, problem: "is a file",
            expected: "a folder with a folder of images for each class")
        }
        return try ImageFolder(folder)
      }
      if set.classNames.isEmpty {
        set.classNames = Array(Set(opened.flatMap(\.classNames)))
          .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      }
      for (source, folder) in zip(folders, opened) { try set.add(source, folder, to: split) }
    }
    let presumed = presumes ? set.presumedKind() : nil
    let kind = if let presumed { presumed } else { try set.examine() }
    let presumption = presumed == nil ? nil : ImagePresumption()
    let rows = try set.makeSources(of: kind, presumption)
    return try ArraySet(
      rows, options, skipped: set.skipped, findsBadRows: false, presumption: presumption, progress)
  }

  private init(_ options: ConversionOptions) {
    self.options = options
  }

  private mutating func add(
    _ source: SourceFile, _ folder: ImageFolder, to split: SplitName
  ) throws(ConversionError) {
    var files: [ImageFile] = []
    for (name, paths) in zip(folder.classNames, folder.files) {
      guard let label = classNames.firstIndex(of: name) else {
        throw ConversionError(
          subject: folder.path, problem: "has a folder \(name)",
          expected: "a class of \(folders[0].split): \(classNames.joined(separator: ", "))")
      }
      files += paths.map { ImageFile(path: $0, label: label) }
    }
    for index in files.indices { files[index].number = index }
    folders.append(Folder(split: split, source: source, count: files.count, files: files))
  }

  // MARK: - What images are

  /// So many images, from all over the folders, tell what the others are, where there are many more:
  /// then each file is opened once.
  private static let sampleCount = 64

  /// What images are taken for; nil where all have to be looked at: where there are few, where those
  /// that are damaged must be known before rows are counted, and where some are of another kind.
  private func presumedKind() -> ImageKind? {
    let count = folders.reduce(0) { $0 + $1.files.count }
    guard !options.skipsBadRows, count > 4 * Self.sampleCount else { return nil }
    let all = folders.map(\.files).joined()
    let step = count / Self.sampleCount
    var sample: [Examined] = []
    for (index, file) in all.enumerated() where index.isMultiple(of: step) {
      guard let header = try? file.readHeader(scratch) else { return nil }
      sample.append((file, header))
    }
    return try? ImageKind(of: sample, areResized: options.imageSize != nil)
  }

  /// Reads the headers of all images, and leaves out those that are to be skipped.
  private mutating func examine() throws(ConversionError) -> ImageKind {
    var images: [Examined] = []
    for index in folders.indices {
      let good = try readHeaders(of: folders[index])
      folders[index].files = good.map(\.file)
      images += good
    }
    return try ImageKind(of: images, areResized: options.imageSize != nil)
  }

  /// The files of a folder with their headers, read on all cores; without those that are to be skipped.
  private mutating func readHeaders(
    of folder: Folder
  ) throws(ConversionError) -> [Examined] {
    let files = folder.files
    let pass = beginPass(over: folder)
    let results = pass.concurrentResults(files.count, amount: files.count) {
      [scratch] index in
      do throws(ImageHeader.Problem) {
        return Result<ImageHeader, ImageHeader.Problem>.success(
          try files[index].readHeader(scratch))
      } catch {
        return .failure(error)
      }
    }
    pass.end(at: files.count)
    var good: [Examined] = []
    for (file, result) in zip(files, results) {
      switch result {
      case .success(let header): good.append((file, header))
      case .failure(let problem):
        guard options.skipsBadRows else { throw ConversionError(file.path, problem) }
        skipped.add(ConversionError(file.path, problem))
      }
    }
    guard !good.isEmpty else { throw Self.noImage(in: folder) }
    return good
  }

  /// Begins a pass over the images of a folder.
  private func beginPass(over folder: Folder) -> PassProgress {
    let pass = PassProgress(
      .examining, in: .files, total: folder.files.count, to: folder.source.progress)
    pass.begin(folder.source.path)
    return pass
  }

  // MARK: - Sources

  private mutating func makeSources(
    of kind: ImageKind, _ presumption: ImagePresumption?
  ) throws(ConversionError) -> [SplitName: [any RowSource]] {
    let resampler = Resampler(
      size: options.imageSize ?? kind.size!, fit: options.imageFit, channels: kind.channels)
    var sources: [SplitName: [any RowSource]] = [:]
    for folder in folders {
      var decoder = ImageDecoder(images: folder.files, kind: kind, resampler: resampler)
      if options.skipsBadRows { decoder.images = try undamaged(of: folder, decoder) }
      sources[folder.split, default: []].append(
        ImageSource(
          path: folder.source.path, classNames: classNames, decoder, numberCount: folder.count,
          presumption: presumption))
    }
    return sources
  }

  /// Decodes all images, since what is damaged must be known before rows are counted.
  private mutating func undamaged(
    of folder: Folder, _ decoder: ImageDecoder
  ) throws(ConversionError) -> [ImageFile] {
    let bytes = decoder.featureBytes
    let pass = beginPass(over: folder)
    let results = pass.concurrentResults(folder.files.count, amount: folder.files.count) {
      [scratch] index -> ConversionError? in
      let memory = scratch.take(bytes)
      defer { scratch.give(memory) }
      return decoder.error(
        in: folder.files[index],
        decodedInto: UnsafeMutableRawBufferPointer(rebasing: memory[..<bytes]))
    }
    pass.end(at: folder.files.count)
    var good: [ImageFile] = []
    for (file, error) in zip(folder.files, results) {
      if let error {
        skipped.add(error)
      } else {
        good.append(file)
      }
    }
    guard !good.isEmpty else { throw Self.noImage(in: folder) }
    return good
  }

  private static func noImage(in folder: Folder) -> ConversionError {
    ConversionError(
      subject: folder.source.path, problem: "has no image that can be read",
      expected: "PNG or JPEG images in a folder for each class",
      remedy: "convert it without --on-error skip to see what is wrong with the first")
  }
}

extension ConversionError {
  /// What is wrong with an image.
  init(_ path: String, _ problem: ImageHeader.Problem) {
    self.init(
      subject: path, problem: problem.problem, expected: problem.expected, remedy: problem.remedy)
  }
}
