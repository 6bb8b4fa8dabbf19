import Conversion
import Datasets
import Foundation
import HDF5
import TestSupport

/// A process that converts damaged sources, one after another, and says which it is about to read.
struct SourceWorker {
  private let folder: String
  private let seed: UInt64
  private let cases: Range<Int>
  /// Empty where the sources are no tables.
  private let target: String
  private let files: [String]

  /// - Parameter words: folder, seed, first, end, target, files.
  init(_ words: [String]) {
    folder = words[0]
    seed = UInt64(words[1])!
    cases = Int(words[2])!..<Int(words[3])!
    target = words[4]
    files = Array(words[5...])
  }

  func run() -> Int32 {
    // Far more than a conversion of a small file takes, and less than a bomb would.
    var limits = rlimit(rlim_cur: 4 << 30, rlim_max: 4 << 30)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits)
    let originals = files.map { [UInt8](FileManager.default.contents(atPath: $0) ?? Data()) }
    for number in cases {
      var random = SeededGenerator(seed: seed, case: number)
      let damaged = random.below(files.count)
      let paths = files.indices.map { index in
        let name = URL(fileURLWithPath: files[index]).lastPathComponent
        let path = source(named: name, at: index)
        let bytes = index == damaged ? mutated(originals[index], &random) : originals[index]
        _ = FileManager.default.createFile(atPath: path, contents: Data(bytes))
        return path
      }
      say("case \(number)")
      // A case that takes longer is taken for one without an end.
      alarm(20)
      var options = ConversionOptions(
        sources: [.train: isImage ? [folder + "/images"] : paths], output: folder + "/source.h5")
      options.replacesExisting = true
      options.storage.compression = .none
      if !target.isEmpty {
        options.table.targets = [target]
        options.table.imputation = .mean
        options.skipsBadRows = number % 2 == 1
      }
      options.imageSize = isImage ? ImageSize(width: 16, height: 16) : nil
      do {
        _ = try Converter.convert(options)
        say("read")
      } catch {
        say("refused")
      }
    }
    return 0
  }

  private var isImage: Bool { files[0].hasSuffix(".png") || files[0].hasSuffix(".jpg") }

  /// Where a damaged copy lies: images in the folder of a class.
  private func source(named name: String, at index: Int) -> String {
    guard isImage else { return "\(folder)/\(index)-\(name)" }
    try? FileManager.default.createDirectory(
      atPath: folder + "/images/a", withIntermediateDirectories: true)
    return "\(folder)/images/a/\(index)-\(name)"
  }

  /// Says it at once: the process may be about to die.
  private func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}
