import Kernels
import Settings
import Testing

@testable import Networks

/// Over every loss that settings can name, with every kind of target.
@Suite struct LossGradientTests {
  private let rows = 4
  private let columns = 3

  private static let losses: [Loss] = [
    .meanSquaredError, .meanAbsoluteError, .huber(), .huber(delta: 0.5), .binaryCrossEntropy,
    .softmaxCrossEntropy(), .softmaxCrossEntropy(labelSmoothing: 0.2),
  ]

  @Test func `no loss is left out`() {
    #expect(Set(Self.losses.map(\.name)) == Set(Loss.Name.allCases))
  }

  @Test(arguments: losses, [false, true])
  func `the gradient agrees with finite differences`(loss: Loss, isWeighted: Bool) {
    let outputs = randomBuffer(rows * columns, seed: 11, deviation: 1.5)
    let scratch = AlignedBuffer<Float>(count: rows * Loss.scratchPerSample(columns: columns))
    let gradient = AlignedBuffer<Float>(count: rows * columns)
    let weights = buffer([0.5, 2, 0, 1.25])
    let classWeights = buffer([0.25, 1, 3])
    let distributions = randomBuffer(rows * columns, seed: 12)
    Activation.softmax.apply(rows: rows, columns: columns, values: distributions.view)
    let labels = AlignedBuffer<Int32>(count: rows)
    for row in 0..<rows { labels.pointer[row] = [2, 0, 1, 2][row] }

    for targets in [TargetBatch.classes(labels.pointer), .values(distributions.view)] {
      func value(gradient: FloatView?) -> Double {
        loss.evaluate(
          outputs: outputs.view, targets: targets, weights: isWeighted ? weights.view : nil,
          classWeights: isWeighted ? classWeights.view : nil, gradient: gradient, rows: rows,
          columns: columns, scratch: scratch.view
        ).loss
      }
      _ = value(gradient: gradient.view)
      for position in 0..<rows * columns {
        let output = outputs.view[position]
        let distance: Float = 0x1p-8
        outputs.view[position] = output + distance
        let above = value(gradient: nil)
        outputs.view[position] = output - distance
        let below = value(gradient: nil)
        outputs.view[position] = output
        let slope = (above - below) / (2 * Double(distance))
        #expect(
          abs(Double(gradient.view[position]) - slope) < 1e-3, "\(loss) at \(position): \(slope)")
      }
    }
  }
}
