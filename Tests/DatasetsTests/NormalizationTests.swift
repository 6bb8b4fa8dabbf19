import Datasets
import Settings
import TestSupport
import Testing

@Suite struct NormalizationTests {
  static let normalizations: [Normalization] = [
    .none, .bytes, .uniform(scale: -2, shift: 0.5),
    .perFeature(scale: [1, 2, 3, 4, 5, 6], shift: [0, -1, 0.25, 3, 1e-3, 7]),
  ]

  @Test(arguments: normalizations)
  func `settings read back as they were written`(normalization: Normalization) throws {
    let text = normalization.settings.json()
    let value = try SettingValue(json5: Array(text.utf8), source: "")
    #expect(try Normalization(settings: value, path: "") == normalization)
  }

  @Test(
    arguments: [
      (["kind": "log"], "a.kind: is \"log\"; expected one of none, uniform, perFeature"),
      (["kind": "uniform", "scale": 1], "a.shift: is missing; expected a finite number"),
      (["kind": "none", "scale": 1], "a.scale: is unknown; known here: kind"),
      (
        ["kind": "perFeature", "scale": [1, 2], "shift": [1]],
        "a.scale: has 2 values and shift 1; expected as many, not 0"
      ),
    ] as [(SettingValue, String)])
  func `other settings are refused`(settings: SettingValue, message: String) {
    let error = #expect(throws: SettingsError.self) {
      try Normalization(settings: settings, path: "a")
    }
    #expect(error?.description == message)
  }

  @Test(arguments: normalizations)
  func `gathered rows are scaled and shifted`(normalization: Normalization) throws {
    let folder = TemporaryDirectory()
    try SmallDataset(featureType: .int32).write(folder.file("a"))
    let rows: [Int32] = [49, 0, 7, 7]
    let found = try Dataset(path: folder.file("a")).load(.train).features(rows, normalization)
    let wanted = rows.flatMap { row in
      (0..<6).map { index -> Float in
        let value = Float(SmallDataset.feature(Int(row), index))
        return switch normalization {
        case .none: value
        case .uniform(let scale, let shift): value * scale + shift
        case .perFeature(let scale, let shift): value * scale[index] + shift[index]
        }
      }
    }
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) })
    #expect(normalization.fits(features: 6))
  }
}
