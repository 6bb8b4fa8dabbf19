import Kernels
import Testing

@testable import Training

@Suite struct MetricSumsTests {
  /// Scores of five samples over three classes, and their classes.
  private let samples: [(scores: [Float], predicted: Int, actual: Int)] = [
    ([3, 2, 1], 0, 0), ([3, 2, 1], 0, 1), ([1, 2, 3], 2, 2), ([1, 2, 3], 2, 0), ([1, 5, 3], 1, 1),
  ]

  private func sums(_ range: Range<Int>) -> MetricSums {
    var sums = MetricSums(classes: 3, outputs: 3, topK: [1, 2])
    for sample in samples[range] {
      sums.add(loss: 0.5, weight: 1, rows: 1)
      let scores = AlignedBuffer<Float>(count: 3)
      for index in 0..<3 { scores.view[index] = sample.scores[index] }
      sums.add(scores: scores.view, predicted: sample.predicted, actual: sample.actual)
    }
    return sums
  }

  @Test func `a classifier's metrics are those counted by hand`() {
    let metrics = sums(0..<5).metrics
    #expect(metrics.samples == 5)
    #expect(metrics.loss == 0.5)
    #expect(metrics.accuracy == 0.6)
    #expect(metrics.topK == [.init(k: 1, accuracy: 0.6), .init(k: 2, accuracy: 0.8)])
    #expect(metrics.confusion == [[1, 0, 1], [1, 1, 0], [0, 0, 1]])
    #expect(metrics.perClass[0] == .init(precision: 0.5, recall: 0.5, support: 2))
    #expect(metrics.perClass[2] == .init(precision: 0.5, recall: 1, support: 1))
  }

  @Test func `sums of parts add up to the sum of the whole`() {
    #expect((sums(0..<2) + sums(2..<5)).metrics == sums(0..<5).metrics)
  }

  @Test func `a regression's metrics are scikit-learn's`() {
    // mean_absolute_error, root_mean_squared_error and r2_score of
    // y = [[0.5, 1], [-1, 1], [7, -6]], predicted = [[0, 2], [-1, 2], [8, -5]]
    var sums = MetricSums(classes: 0, outputs: 2, topK: [])
    let targets: [[Float]] = [[0.5, 1], [-1, 1], [7, -6]]
    let outputs: [[Float]] = [[0, 2], [-1, 2], [8, -5]]
    for (target, output) in zip(targets, outputs) {
      let buffer = AlignedBuffer<Float>(count: 4)
      for index in 0..<2 {
        buffer.view[index] = output[index]
        buffer.view[2 + index] = target[index]
      }
      sums.add(loss: 0, weight: 1, rows: 1)
      sums.add(outputs: buffer.view.slice(0..<2), targets: buffer.view.slice(2..<4))
    }
    let metrics = sums.metrics
    #expect(metrics.meanAbsoluteError == 0.75)
    #expect(abs(metrics.rootMeanSquaredError! - 0.8416254115301732) < 1e-12)
    #expect(abs(metrics.rSquared! - 0.9368005266622779) < 1e-12)
  }
}
