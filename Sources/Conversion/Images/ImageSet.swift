import Datasets
import HDF5

/// The folders of images of all splits, opened together: their classes are those of the first split,
/// and their rows are of one kind.
struct ImageSet {
  private let options: ConversionOptions
  /// For what is read of files, and decoded of those that may be damaged.
  private let scratch = ScratchPool()
  private var folders: [(split: SplitName, source: SourceFile, count: Int, files: [ImageFile])] = []
  private var classNames: [String] = []
  private var skipped = SkippedRows()

  /// Opens the folders of each split.
  static func open(
    _ sources: [SplitName: [SourceFile]], _ options: ConversionOptions,
    _ progress: ProgressReporter = ProgressReporter()
  ) throws(ConversionError) -> ArraySet {
    var set = ImageSet(options)
    let pass = PassProgress(.listing, in: .files, total: nil, to: progress)
    for (split, folders) in sources.sorted(by: { $0.key < $1.key }) {
      let opened = try folders.map { folder throws(ConversionError) in
        pass.begin(folder.path)
        let opened = try ImageFolder(folder.path, pass)
        pass.end(at: opened.files.reduce(0) { $0 + $1.count })
        return opened
      }
      if set.classNames.isEmpty {
        set.classNames = Array(Set(opened.flatMap(\.classNames)))
          .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      }
      for (source, folder) in zip(folders, opened) { try set.add(source, folder, to: split) }
    }
    let sources = try set.makeSources()
    return try ArraySet(
      sources, options, skipped: set.skipped, findsBadRows: false, progress)
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
    folders.append((split, source, files.count, try readHeaders(files, of: source)))
  }

  /// The files with their headers, read on all cores; without those that are to be skipped.
  private mutating func readHeaders(
    _ files: [ImageFile], of source: SourceFile
  ) throws(ConversionError) -> [ImageFile] {
    let pass = beginPass(files, of: source)
    let results = pass.concurrentResults(files.count, amount: files.count) {
      [scratch] index in
      var file = files[index]
      do throws(ImageHeader.Problem) {
        try file.readHeader(scratch)
        return Result<ImageFile, ImageHeader.Problem>.success(file)
      } catch {
        return .failure(error)
      }
    }
    pass.end(at: files.count)
    var good: [ImageFile] = []
    for (file, result) in zip(files, results) {
      switch result {
      case .success(let file): good.append(file)
      case .failure(let problem):
        guard options.skipsBadRows else { throw ConversionError(file.path, problem) }
        skipped.add(ConversionError(file.path, problem))
      }
    }
    return try atLeastOne(good, of: source)
  }

  /// Begins a pass over the images of a folder.
  private func beginPass(_ files: [ImageFile], of source: SourceFile) -> PassProgress {
    let pass = PassProgress(.examining, in: .files, total: files.count, to: source.progress)
    pass.begin(source.path)
    return pass
  }

  private mutating func makeSources() throws(ConversionError) -> [SplitName: [any RowSource]] {
    let all = folders.flatMap(\.files)
    let channels = all.map(\.header.channels).max()!
    let bits = all[0].header.bits
    if let other = all.first(where: { $0.header.bits != bits }) {
      throw ConversionError(
        subject: other.path, problem: "has \(other.header.bits) bits a sample",
        expected: "\(bits), as \(all[0].path) has",
        remedy: "convert images of one kind at a time, or make them alike first")
    }
    let size = if let size = options.imageSize { size } else { try commonSize(all) }
    let resampler = Resampler(size: size, fit: options.imageFit, channels: channels)
    var sources: [SplitName: [any RowSource]] = [:]
    for folder in folders {
      var files = folder.files
      if options.skipsBadRows { files = try leaveOutDamaged(files, of: folder.source, channels) }
      sources[folder.split, default: []].append(
        ImageSource(
          path: folder.source.path, classNames: classNames, bits: bits,
          ImageBlockDecoder(images: files, resampler: resampler),
          numberCount: folder.count))
    }
    return sources
  }

  private func commonSize(_ files: [ImageFile]) throws(ConversionError) -> ImageSize {
    let first = files[0].header
    let size = ImageSize(width: first.width, height: first.height)
    let other = files.first { $0.header.width != size.width || $0.header.height != size.height }
    guard let other else { return size }
    throw ConversionError(
      subject: other.path, problem: "has \(other.header.width)×\(other.header.height) pixels",
      expected: "\(size.words), as \(files[0].path) has",
      remedy: "bring all images to one size with --image-size WIDTHxHEIGHT")
  }

  /// Decodes all images, since what is damaged must be known before rows are counted.
  private mutating func leaveOutDamaged(
    _ files: [ImageFile], of source: SourceFile, _ channels: Int
  ) throws(ConversionError) -> [ImageFile] {
    let pass = beginPass(files, of: source)
    let results = pass.concurrentResults(files.count, amount: files.count) {
      [scratch] index -> ImageHeader.Problem? in
      let header = files[index].header
      let rows = scratch.take(header.width * header.height * channels * (header.bits / 8))
      defer { scratch.give(rows) }
      do throws(ImageHeader.Problem) {
        try files[index].decode(channels: channels, into: rows, scratch)
        return nil
      } catch {
        return error
      }
    }
    pass.end(at: files.count)
    var good: [ImageFile] = []
    for (file, problem) in zip(files, results) {
      if let problem {
        skipped.add(ConversionError(file.path, problem))
      } else {
        good.append(file)
      }
    }
    return try atLeastOne(good, of: source)
  }

  /// What is left of a folder's files without those that were skipped.
  private func atLeastOne(
    _ files: [ImageFile], of source: SourceFile
  ) throws(ConversionError) -> [ImageFile] {
    guard files.isEmpty else { return files }
    throw ConversionError(
      subject: source.path, problem: "has no image that can be read",
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
