import Kernels
import Settings
import Testing

@testable import Networks

@Suite struct LossValueTests {
  @Test func `losses and gradients are PyTorch's, for logits up to 1e4, weighted and not`() throws {
    for golden in try Golden.cases("losses") {
      let loss = try Loss(settings: golden.settings, path: "loss")
      let batch = LossBatch(golden)
      let result = batch.evaluate(loss)
      let mean = result.loss / result.weight
      #expect(agree([Float(mean)], [golden.number("loss")!], tolerance: 1e-5), "\(golden): \(mean)")
      #expect(abs(result.weight - golden.number("weight")!) < 1e-6, "\(golden)")
      let gradient = batch.gradient.array.map { Float(Double($0) / result.weight) }
      #expect(
        agree(gradient, golden.numbers("gradient")!, tolerance: 2e-5, scale: 0.01),
        "\(golden): \(gradient)")
      let alone = batch.evaluate(loss, wantsGradient: false)
      #expect(
        alone == result, "\(golden): the loss must not depend on whether it is differentiated")
    }
  }

  @Test func `every loss has recorded cases`() throws {
    let names = Set(
      try Golden.cases("losses").map { try Loss(settings: $0.settings, path: "").name })
    #expect(names == Set(Loss.Name.allCases))
  }

  @Test func `parts of a batch add up to the whole`() throws {
    for golden in try Golden.cases("losses") {
      let loss = try Loss(settings: golden.settings, path: "loss")
      let whole = LossBatch(golden)
      let result = whole.evaluate(loss)
      let parts = [0..<2, 2..<2, 2..<whole.rows].map { rows in
        LossBatch(golden, rows: rows)
      }
      let results = parts.map { $0.evaluate(loss) }
      let (sum, weight) = results.reduce((0, 0)) { ($0.0 + $1.loss, $0.1 + $1.weight) }
      #expect(abs(sum - result.loss) <= 1e-6 * abs(result.loss), "\(golden)")
      #expect(abs(weight - result.weight) <= 1e-9, "\(golden)")
      #expect(parts.flatMap { $0.gradient.array } == whole.gradient.array, "\(golden)")
    }
  }
}

/// A recorded batch, or some of its rows, with the memory that a loss needs.
private struct LossBatch {
  let rows: Int
  let columns: Int
  let outputs: AlignedBuffer<Float>
  let values: AlignedBuffer<Float>?
  let classes: AlignedBuffer<Int32>
  let weights: AlignedBuffer<Float>?
  let classWeights: AlignedBuffer<Float>?
  let gradient: AlignedBuffer<Float>
  let scratch: AlignedBuffer<Float>

  init(_ golden: GoldenCase, rows range: Range<Int>? = nil) {
    let range = range ?? 0..<golden.integer("rows")
    let columns = golden.integer("columns")
    let cells = range.lowerBound * columns..<range.upperBound * columns
    rows = range.count
    self.columns = columns
    outputs = buffer(Array(golden.floats("outputs")![cells]))
    values = golden.floats("values").map { buffer(Array($0[cells])) }
    weights = golden.floats("weights").map { buffer(Array($0[range])) }
    classWeights = golden.floats("classWeights").map { buffer($0) }
    classes = AlignedBuffer(count: range.count)
    for (index, label) in (golden.numbers("classes") ?? []).dropFirst(range.lowerBound)
      .prefix(range.count).enumerated()
    {
      classes.pointer[index] = Int32(label)
    }
    gradient = AlignedBuffer(count: cells.count)
    scratch = AlignedBuffer(count: range.count * Loss.scratchPerSample(columns: columns))
  }

  func evaluate(_ loss: Loss, wantsGradient: Bool = true) -> LossSum {
    loss.evaluate(
      outputs: outputs.view, targets: values.map { .values($0.view) } ?? .classes(classes.pointer),
      weights: weights?.view, classWeights: classWeights?.view,
      gradient: wantsGradient ? gradient.view : nil, rows: rows, columns: columns,
      scratch: scratch.view)
  }
}
