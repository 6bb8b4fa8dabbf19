import Foundation
import HDF5
import TestSupport
import Testing

/// What NumPy, pandas, scikit-learn and Pillow made of small sources, as Tests/Golden/conversions.py
/// recorded it, and what `convert` makes of them.
@Suite struct GoldenConversionTests {
  struct Record: Decodable {
    var cases: [Case]
  }

  struct Case: Decodable {
    /// Content in Base64, by name.
    var files: [String: String]
    var arguments: [String]
    /// Of features, with the rows.
    var shape: [Int]
    var features: [Double]
    var targets: [Double]
    /// Features may differ by so much.
    var tolerance: Double?
    /// What scaling makes 0 and 1 of each feature.
    var zero: [Double]?
    var one: [Double]?
    var classNames: [String]?
  }

  static let record = Result {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Golden/conversions.json")
    return try JSONDecoder().decode(Record.self, from: Data(contentsOf: path))
  }

  /// Several parts run at the same time.
  static let parts = 4

  @Test(arguments: 0..<parts)
  func `Conversions give what was recorded`(part: Int) throws {
    let cases = try Self.record.get().cases
    #expect(cases.count > 100)
    for index in stride(from: part, to: cases.count, by: Self.parts) {
      try check(cases[index])
    }
  }

  func check(_ recorded: Case) throws {
    let folder = TemporaryDirectory()
    for (name, content) in recorded.files {
      let path = URL(fileURLWithPath: folder.file(name))
      try FileManager.default.createDirectory(
        at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
      try #require(Data(base64Encoded: content)).write(to: path)
    }
    let outcome = try Lockstep.run(
      ["convert", "--output", "out.h5", "--shuffle", "none"] + recorded.arguments, in: folder.path)
    let what = Comment("\(recorded.arguments) \(outcome.error)")
    try #require(outcome.status == 0, what)
    let file = try File(opening: folder.file("out.h5"))
    let features = try file.dataset("train/features")
    #expect(try features.shape == recorded.shape, what)
    // Of these, none is recorded that a double does not hold.
    let isLong = features.storedType == .number(.int64, .littleEndian)
    let values =
      isLong
      ? try features.values(as: Int.self).map(Double.init) : try features.values(as: Double.self)
    let tolerance = recorded.tolerance ?? 0
    #expect(
      values.count == recorded.features.count
        && zip(values, recorded.features).allSatisfy { abs($0 - $1) <= tolerance }, what)
    #expect(try file.dataset("train/targets").values(as: Double.self) == recorded.targets, what)
    if let names = recorded.classNames {
      #expect(try file.attributes.strings("class_names") == names, what)
    }
    if let zero = recorded.zero, let one = recorded.one {
      let scale = try file.attributes.values("normalization_scale", as: Float.self)
      let shift = try file.attributes.values("normalization_shift", as: Float.self)
      for feature in zero.indices {
        let (scale, shift) = (Double(scale[feature]), Double(shift[feature]))
        #expect(abs(zero[feature] * scale + shift) < 1e-4, what)
        #expect(abs(one[feature] * scale + shift - 1) < 1e-4, what)
      }
    }
  }
}
