import Datasets
import Foundation
import HDF5
import Kernels
import TestSupport

/// A process that reads many damaged files, one after another, and says which it is about to read:
/// if it dies, its parent knows of which.
struct Worker {
  private let mode: String
  private let folder: String
  private let seed: UInt64
  private let cases: Range<Int>
  private let skipped: Set<Int>
  private let files: [String]

  /// - Parameter words: mode, folder, seed, first, end, cases to skip with commas, files.
  init(_ words: [String]) {
    mode = words[0]
    folder = words[1]
    seed = UInt64(words[2])!
    cases = Int(words[3])!..<Int(words[4])!
    skipped = Set(words[5].split(separator: ",").compactMap { Int($0) })
    files = Array(words[6...])
  }

  func run() -> Int32 {
    var limits = rlimit(rlim_cur: 4 << 30, rlim_max: 4 << 30)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits)
    // A parent that a thread of libdispatch started hands on that thread's blocked signals.
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    let originals = files.map { [UInt8](FileManager.default.contents(atPath: $0) ?? Data()) }
    // The first look is the first that its process does with the library.
    let expected = mode == "walk" ? [] : files.map { try? Self.content(of: $0) }
    let path = folder + "/\(mode).h5"
    for number in cases where !skipped.contains(number) {
      var random = SeededGenerator(seed: seed, case: number)
      let index = random.below(files.count)
      let bytes = mutated(originals[index], &random)
      _ = FileManager.default.createFile(atPath: path, contents: Data(bytes))
      say("case \(number)")
      watch()
      if mode == "walk" {
        (try? File(opening: path))?.walk()
        continue
      }
      do {
        let content = try Self.content(of: path)
        let isOwn = expected[index]?.isOwn == true && content.isOwn
        let isSame = content.values == expected[index]?.values
        say(isSame ? "same" : isOwn ? "missed \(number)" : "changed")
      } catch {
        say("refused")
      }
    }
    return 0
  }

  /// A case that takes longer from now on is taken for one without an end: the process dies of it,
  /// of SIGPROF where it computes, of SIGALRM where it waits.
  private func watch() {
    let most =
      mode == "walk" ? timeval(tv_sec: 0, tv_usec: 500_000) : timeval(tv_sec: 3, tv_usec: 0)
    var timer = itimerval(it_interval: timeval(), it_value: most)
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
    alarm(60)
  }

  /// Says it at once: the process may be about to die.
  private func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  private struct Content {
    var isOwn: Bool
    var values: [Float]
  }

  /// All that training would see of a file.
  private static func content(of path: String) throws -> Content {
    var data = try? Dataset(path: path)
    if data == nil, let name = try firstDataset(of: File(opening: path)) {
      data = try Dataset(path: path, features: name, targets: name, task: .regression)
    }
    guard let data else { return Content(isOwn: false, values: []) }
    var values: [Float] = []
    for (split, _) in data.splits.sorted(by: { $0.key < $1.key }) {
      let batch = 16
      let stream = try data.stream(split, batch: batch, decoders: 2, budget: 64 << 20)
      try stream.prepare()
      let pass = stream.passInOrder()
      defer { pass.end() }
      let indices = AlignedBuffer<Int32>(count: batch)
      let out = AlignedBuffer<Float>(count: batch * data.featureCount)
      let scaling = FeatureScaling(data.normalization)
      while case let count = try pass.next(batch, into: indices.pointer), count > 0 {
        let places = UnsafeBufferPointer(rebasing: indices.pointer[..<count])
        let view = out.view.prefix(count * data.featureCount)
        stream.memory.gather(places, scaling: scaling, into: view)
        // Enough to tell a change by, and no more than memory holds.
        if values.count < 1 << 20 {
          values += UnsafeBufferPointer(start: view.base, count: view.count)
        }
      }
    }
    return Content(isOwn: data.fingerprint.hasPrefix("xxh3:"), values: values)
  }

  /// The first dataset of numbers at the root.
  static func firstDataset(of file: File) throws -> String? {
    for name in try file.names() where try file.kind(of: name) == .dataset {
      if case .number = try file.dataset(name).storedType { return name }
    }
    return nil
  }
}
