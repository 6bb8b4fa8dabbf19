import Conversion
import Datasets
import Settings

/// `lockstep convert`: sources into one dataset file.
enum Convert: Command {
  static let name = "convert"
  static let summary = "Makes a dataset file of tables, arrays, images or other sources."
  static let usage =
    "lockstep convert --output FILE.h5 [--train SRC…] [--validation SRC…] [--test SRC…]\n"
    + "       lockstep convert FILE.h5 --to csv|npy|npz --output FILE"
  static let details = """
    Reads sources, finds their format from their content, and writes one HDF5 file with a group for
    each split: what lockstep train takes. It reads text tables (CSV, TSV, …), JSON
    lines, IDX, NPY, NPZ, libsvm and other HDF5 files, CIFAR's binary batches, and folders with a
    folder of PNG and JPEG images for each class. For IDX and NPY, give features, then their targets;
    other sources hold both. Files may be compressed by gzip or Zstandard; - is standard input.

    On a terminal a line tells what is done with the sources at the moment, how fast, and how long it
    will still take.

    The output has its name only once it is complete. A conversion that was interrupted, however that
    happened, goes on with the same options and --resume, and makes the same bytes: what was read of
    standard input, what is known of large tables, and rows that do not fit in memory are kept beside
    the output in a hidden folder, .NAME.unfinished, until then.

    A text table (CSV, TSV, …, or JSON lines) with a tenth of its rows for validation and a tenth
    for test, as many of each class:

      lockstep convert --output iris.h5 --train iris.csv --target species --scale standardize \\
        --validation-fraction 0.1 --test-fraction 0.1 --stratify

    For example, Fashion-MNIST, with a tenth of its training rows for validation:

      lockstep convert --output fashion.h5 --validation-fraction 0.1 \\
        --train train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz \\
        --test t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz
    """

  static let options = [
    OptionGroup(
      title: "Sources",
      options: sources.map(\.option) + [
        format, features, targets, .weights, imageSize, fit, classNames, onError,
      ]),
    tables,
    OptionGroup(
      title: "Splits and order",
      options: [validationFraction, testFraction, stratify, groupBy, timeOrder, shuffle, seed]),
    OptionGroup(
      title: "Output",
      options: [output, .force, resume, compression, chunkBytes, duplicates, strict]),
    OptionGroup(title: "Machine", options: [memoryBudget]),
    exports,
  ]

  private static let sources: [(split: SplitName, option: Option)] = [
    (.train, Option("train", .paths("SRC…"), "What is learned from.")),
    (.validation, Option("validation", .paths("SRC…"), "What is measured after each epoch.")),
    (.test, Option("test", .paths("SRC…"), "What is measured at the end.")),
  ]
  private static let format = Option(
    "format", .choice(of: SourceFormat.self),
    "The format of the sources, if their content should not decide.")
  static let features = Option(
    "features", .path("NAME"),
    "The array of features in an NPZ archive (default: x_train, x, …), the dataset in an HDF5 file "
      + "that others made.")
  static let targets = Option(
    "targets", .path("NAME"),
    "The array or dataset of targets likewise. Of CIFAR-100: fine (the default) or coarse.")
  private static let imageSize = Option(
    "image-size",
    .text("WxH", "a width and a height in pixels, such as 224x224") { text in
      ImageSize(text) == nil ? nil : .string(text)
    }, "The size that images are brought to. Default: that of all images.")
  private static let fit = Option(
    "fit", .choice(of: ImageFit.self),
    "How: crop takes an image's middle, pad leaves black sides, stretch changes its shape. "
      + "Default: crop.")
  private static let classNames = Option(
    "class-names", .names("NAME,…"), "What the classes are called, from class 0.")
  private static let onError = Option(
    "on-error", .choice(["stop", "skip"]),
    "Stop at a bad row or image, or skip such ones, count and tell them. Bad rows of arrays have a "
      + "number that is not finite, or a label that is no class. (Floats are then read, and images "
      + "decoded, once more.) Default: stop.")
  private static let validationFraction = Option(
    "validation-fraction", .fraction,
    "Rows of train, drawn at random, that become validation. Default: 0.")
  private static let testFraction = Option(
    "test-fraction", .fraction, "Rows of train, drawn at random, that become test. Default: 0.")
  private static let stratify = Option(
    "stratify", .flag, "Draw as many rows of each class as its part of all.")
  private static let groupBy = Option(
    "group-by", .path("COLUMN"),
    "Keep rows with the same value in this column of a table in one split. It is no feature then.")
  private static let timeOrder = Option(
    "time-order", .path("COLUMN"),
    "Make the latest rows by this column of a table (numbers or dates) test, and those before them "
      + "validation. It is no feature then.")
  private static let shuffle = Option(
    "shuffle", .choice(of: ConversionOptions.Shuffle.self),
    "Shuffle the rows of train once, so that sorted sources train well. Default: full.")
  private static let seed = Option(
    "seed", .integer(0...Int.max), "Decides the shuffle and the rows drawn. Default: 0.")
  static let output = Option("output", .path("FILE"), "The file to write.")
  private static let resume = Option(
    "resume", .flag,
    "Go on with a conversion of the same sources and options that was interrupted. Where it has kept "
      + "nothing, or a source has changed, all is done anew.")
  private static let compression = Option(
    "compression",
    .text("none|gzip:1…9|auto", "none, gzip:1 (fast) to gzip:9 (small), or auto") { text in
      text == "auto" || compression(of: text) != nil ? .string(text) : nil
    },
    "How rows are stored. auto takes none, gzip:1 or gzip:6 by how small they make a sample of the "
      + "rows. Default: gzip:1.")
  private static let chunkBytes = Option(
    "chunk-bytes", .byteSize,
    "Bytes of the features in a chunk, the piece that is read and decompressed at once. "
      + "Default: 128K.")

  private static let duplicates = Option(
    "duplicates", .choice(["search", "ignore"]),
    "Search rows that are there more than once, in a split or in several. Default: search.")
  private static let strict = Option(
    "strict", .flag, "Take what the audit finds (duplicates, constant columns, …) for an error.")
  private static let memoryBudget = Option(
    "memory-budget", .byteSize,
    "About the most memory to take; what does not fit goes to a file beside the output. Default: "
      + "512M.")

  static func run(_ arguments: Arguments, _ console: Console) throws -> SettingValue {
    if isExport(arguments) { return try export(arguments, console) }
    let options = try conversion(arguments)
    let clock = ContinuousClock()
    let start = clock.now
    let summary = try convert(options, console)
    for example in summary.skippedExamples { console.warn("left out: \(example.place)") }
    console.result(text(summary, seconds: (clock.now - start) / .seconds(1)))
    return json(summary)
  }

  private static func convert(
    _ options: ConversionOptions, _ console: Console
  ) throws -> ConversionSummary {
    do {
      var pace = ConversionPace()
      return try Converter.convert(options) { progress in
        if let state = pace.state(progress) { console.show(state) }
      }
    } catch {
      throw error.isUsage ? UsageError(error.description) : error as any Error
    }
  }

  private static func conversion(_ arguments: Arguments) throws -> ConversionOptions {
    _ = try arguments.words(0...0, for: Self.self)
    let output = try arguments.required(output, for: Self.self)
    var files: [SplitName: [String]] = [:]
    for (split, option) in sources where arguments.has(option) {
      files[split] = arguments.all(option)
    }
    guard !files.isEmpty else {
      throw UsageError("there is nothing to convert; usage: \(usage)")
    }
    var options = ConversionOptions(sources: files, output: output)
    options.replacesExisting = arguments.has(.force)
    options.resumes = arguments.has(resume)
    options.format = arguments.choice(format, of: SourceFormat.self)
    options.imageSize = arguments.text(imageSize).flatMap(ImageSize.init)
    if let fit = arguments.choice(fit, of: ImageFit.self) { options.imageFit = fit }
    options.features = arguments.text(features)
    options.targets = arguments.text(targets)
    options.weights = arguments.text(.weights)
    if let fraction = arguments.number(validationFraction) { options.validationFraction = fraction }
    if let fraction = arguments.number(testFraction) { options.testFraction = fraction }
    if let seed = arguments.integer(seed) { options.seed = UInt64(seed) }
    if let bytes = arguments.integer(chunkBytes) { options.storage.chunkBytes = bytes }
    if let shuffle = arguments.choice(shuffle, of: ConversionOptions.Shuffle.self) {
      options.shuffle = shuffle
    }
    if let text = arguments.text(compression) {
      options.choosesCompression = text == "auto"
      options.storage.compression = compression(of: text) ?? options.storage.compression
    }
    options.classNames = arguments.names(classNames)
    options.skipsBadRows = arguments.text(onError) == "skip"
    options.stratifies = arguments.has(stratify)
    options.groupBy = arguments.text(groupBy)
    options.timeOrder = arguments.text(timeOrder)
    options.searchesDuplicates = arguments.text(duplicates) != "ignore"
    options.isStrict = arguments.has(strict)
    if let bytes = arguments.integer(memoryBudget) { options.memoryBudget = bytes }
    options.table = try tableOptions(arguments)
    options.like = try recipe(arguments)
    return options
  }

  private static func compression(of text: String) -> StorageOptions.Compression? {
    if text == "none" { return StorageOptions.Compression.none }
    guard text.hasPrefix("gzip:"), let level = Int(text.dropFirst(5)), (1...9).contains(level)
    else { return nil }
    return .gzip(level: level)
  }

  private static func json(_ summary: ConversionSummary) -> SettingValue {
    var members: [String: SettingValue] = [
      "output": .string(summary.output), "bytes": .integer(summary.byteCount),
      "fingerprint": .string(summary.fingerprint),
      "features": [
        "shape": .array(summary.featureShape.map { .integer($0) }),
        "type": .string("\(summary.featureType)"),
      ],
      "normalization": summary.normalization.settings,
      "notes": .array(summary.notes.map { .string($0) }),
      "skippedRows": .integer(summary.skippedRows), "audit": summary.audit.settings,
    ]
    members["compression"] = summary.compression.map { .string("\($0.compression)") }
    members.merge(summary.targets.members(type: "\(summary.targetType)", names: summary.classNames))
    {
      $1
    }
    members["splits"] = .object(
      Dictionary(
        uniqueKeysWithValues: summary.rows.map { split, rows in
          var members: [String: SettingValue] = ["rows": .integer(rows)]
          if let counts = summary.classCounts[split], !counts.isEmpty {
            members["classCounts"] = .array(counts.map { .integer($0) })
          }
          return (split.rawValue, .object(members))
        }))
    return .object(members)
  }

  private static func text(_ summary: ConversionSummary, seconds: Double) -> String {
    var facts = Facts()
    facts.add(
      "features",
      "\(Numbers.shape(summary.featureShape)) \(summary.featureType), "
        + summary.normalization.words)
    facts.add("targets", "\(summary.targets.words) (\(summary.targetType))")
    facts.add("rows", summary.rows.words)
    if let choice = summary.compression {
      facts.add(
        "compression",
        "\(choice.compression), with which a sample has \(Int((100 * choice.ratio).rounded())) % of "
          + "its size")
    }
    facts.add("fingerprint", summary.fingerprint)
    for note in summary.notes { facts.add("note", note) }
    facts.add("next", "lockstep train --data \(shellQuoted(summary.output)) --output RUN_DIR")
    let title =
      "\(summary.output): \(Numbers.bytes(summary.byteCount)), written in "
      + Numbers.duration(seconds)
    let audit = AuditWords(summary.audit.settings)?.paragraphs ?? []
    return ([title] + audit + [facts.text]).joined(separator: "\n\n")
  }
}
