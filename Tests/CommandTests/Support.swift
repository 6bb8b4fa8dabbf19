import Datasets
import Foundation
import TestSupport
import Testing

/// A folder to run the program in, with small data to run it on.
struct Workshop {
  let folder = TemporaryDirectory()

  /// Runs `lockstep` in the folder with the words of a line; a word has no spaces.
  func lockstep(_ line: String) throws -> Lockstep.Outcome {
    try Lockstep.run(line.split(separator: " ").map(String.init), in: folder.path)
  }

  /// Runs it with `--json`, expects success, and returns the members of the document.
  func json(_ line: String) throws -> [String: Any] {
    let outcome = try lockstep(line + " --json")
    try #require(outcome.status == 0, "\(line): \(outcome.error)")
    let document = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(document as? [String: Any])
  }

  func shell(_ script: String) throws -> Lockstep.Outcome {
    try Lockstep.shell(script, in: folder.path)
  }

  /// Classified points, by default a few with all three splits.
  func writePoints(
    to name: String = "data.h5", splits: [SplitName] = SplitName.allCases, train: Int = 120,
    features: Int = 7, hasTargets: Bool = true, seed: UInt64 = 1
  ) throws {
    let rows: [SplitName: Int] = [.train: train, .validation: 40, .test: 40]
    try SyntheticDataset.writeClasses(
      to: folder.file(name), rows: rows.filter { splits.contains($0.key) }, features: features,
      hasTargets: hasTargets, seed: seed)
  }

  /// IDX files `images` and `labels`: 4×4 images of four classes, each lit in one quarter.
  func writeImages(count: Int = 80) throws {
    var pixels: [UInt8] = []
    for index in 0..<count {
      for pixel in 0..<16 {
        let quarter = pixel / 8 * 2 + pixel % 4 / 2
        let noise = UInt8(index * 7 % 50)
        pixels.append(quarter == index % 4 ? 200 + noise : noise)
      }
    }
    try folder.write(idx([count, 4, 4], pixels), to: "images")
    try folder.write(idx([count], (0..<count).map { UInt8($0 % 4) }), to: "labels")
  }
}

/// The bytes of an IDX file of bytes.
func idx(_ shape: [Int], _ values: [UInt8]) -> [UInt8] {
  var bytes: [UInt8] = [0, 0, 8, UInt8(shape.count)]
  for extent in shape {
    for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: extent >> shift)) }
  }
  return bytes + values
}

/// The handwritten digits that ship with the project.
let digits = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().appendingPathComponent("../../Datasets/digits.h5")
  .standardizedFileURL.path

/// Expects that a run failed as it should: with this status, one sentence that holds `fragments`,
/// and nothing on standard output.
func expectFailure(
  _ outcome: Lockstep.Outcome, status: Int, _ fragments: [String],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(outcome.status == status, "\(outcome.error)", sourceLocation: sourceLocation)
  #expect(!outcome.isSignalled, sourceLocation: sourceLocation)
  #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
  #expect(
    outcome.error.hasPrefix("lockstep: error: "), "\(outcome.error)",
    sourceLocation: sourceLocation)
  #expect(
    outcome.error.split(separator: "\n").count == 1, "\(outcome.error)",
    sourceLocation: sourceLocation)
  for fragment in fragments {
    #expect(
      outcome.error.contains(fragment), "\(outcome.error)", sourceLocation: sourceLocation)
  }
}

/// The member of a JSON document that keys with dots between them lead to.
func member(_ document: [String: Any], _ path: String) -> Any? {
  path.split(separator: ".").reduce(document as Any?) { value, key in
    (value as? [String: Any])?[String(key)]
  }
}

func number(_ document: [String: Any], _ path: String) -> Double? {
  (member(document, path) as? NSNumber)?.doubleValue
}
