import Settings
import Testing

@testable import Networks

@Suite struct LossSettingsTests {
  @Test(arguments: [
    Loss.meanSquaredError, .meanAbsoluteError, .huber(), .huber(delta: 0.5), .binaryCrossEntropy,
    .softmaxCrossEntropy(), .softmaxCrossEntropy(labelSmoothing: 0.1),
  ])
  func `settings read back as the same loss`(loss: Loss) throws {
    #expect(try Loss(settings: loss.settings.throughJSON(), path: "loss") == loss)
  }

  @Test func `a name alone has PyTorch's defaults`() throws {
    #expect(try Loss(settings: "huber", path: "loss") == .huber(delta: 1))
    #expect(
      try Loss(settings: "softmaxCrossEntropy", path: "loss")
        == .softmaxCrossEntropy(labelSmoothing: 0))
  }

  @Test(arguments: [
    (
      "'hinge'",
      """
      run.json5: loss: is "hinge"; expected one of meanSquaredError, meanAbsoluteError, \
      huber, binaryCrossEntropy, softmaxCrossEntropy, or an object { loss: …, … } with its \
      parameters
      """
    ),
    ("{ loss: 'huber', delta: 0 }", "run.json5: loss.delta: is 0; expected a number above 0"),
    (
      "{ loss: 'meanSquaredError', delta: 1 }",
      "run.json5: loss.delta: is unknown; known here: loss"
    ),
    (
      "{ loss: 'softmaxCrossEntropy', labelSmoothing: 1.5 }",
      "run.json5: loss.labelSmoothing: is 1.5; expected a number from 0 to 1"
    ),
    ("{ delta: 1 }", "run.json5: loss.loss: is missing"),
    (
      "{ loss: 'hinge' }",
      """
      run.json5: loss.loss: is "hinge"; expected one of meanSquaredError, meanAbsoluteError, \
      huber, binaryCrossEntropy, softmaxCrossEntropy
      """
    ),
  ])
  func `a mistake is named with its place`(json: String, message: String) throws {
    let settings = try SettingValue(json5: Array(json.utf8), source: "")
    let error = #expect(throws: SettingsError.self) {
      try Loss(settings: settings, path: "run.json5: loss")
    }
    #expect(error?.description == message)
  }

  @Test func `outputs that fit the targets are accepted`() throws {
    try Loss.softmaxCrossEntropy().check(outputs: 10, targets: .classes(10), classWeights: 10)
    try Loss.softmaxCrossEntropy().check(outputs: 10, targets: .values(10), classWeights: 10)
    try Loss.meanSquaredError.check(outputs: 10, targets: .classes(10))
    try Loss.meanSquaredError.check(outputs: 1, targets: .values(1))
    try Loss.binaryCrossEntropy.check(outputs: 1, targets: .classes(2), classWeights: 2)
    try Loss.binaryCrossEntropy.check(outputs: 3, targets: .classes(3))
  }

  @Test(
    arguments: [
      (Loss.softmaxCrossEntropy(), 5, TargetKind.classes(10), nil, "10 classes, the network 5"),
      (.softmaxCrossEntropy(), 1, .classes(2), nil, "2 classes, the network 1"),
      (.softmaxCrossEntropy(), 1, .classes(1), nil, "at least 2 classes"),
      (.softmaxCrossEntropy(), 1, .values(1), nil, "meanSquaredError"),
      (.binaryCrossEntropy, 1, .classes(3), nil, "3 classes, the network 1"),
      (.meanSquaredError, 2, .values(3), nil, "3 target values per row, the network 2 outputs"),
      (.meanSquaredError, 3, .values(3), 3, "class weights need class targets"),
      (.softmaxCrossEntropy(), 3, .classes(3), 2, "2 class weights are given for 3 classes"),
      (.softmaxCrossEntropy(), 3, .values(3), 2, "2 class weights are given for 3 classes"),
    ] as [(Loss, Int, TargetKind, Int?, String)])
  func `outputs that do not fit are refused`(
    loss: Loss, outputs: Int, targets: TargetKind, classWeights: Int?, part: String
  ) {
    let error = #expect(throws: NetworkError.self) {
      try loss.check(outputs: outputs, targets: targets, classWeights: classWeights)
    }
    #expect(error?.problem.contains(part) == true, "\(error?.problem ?? "")")
  }
}
