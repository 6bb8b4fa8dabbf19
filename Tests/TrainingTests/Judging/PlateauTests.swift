import Testing

@testable import Training

@Suite struct PlateauTests {
  /// Learning rates after each epoch, recorded from torch.optim.lr_scheduler.ReduceLROnPlateau.
  @Test func `the learning rate goes as PyTorch's ReduceLROnPlateau`() {
    var plateau = Plateau()
    plateau.patience = 1
    plateau.factor = 0.5
    plateau.threshold = 0.1
    plateau.cooldown = 2
    plateau.minimum = 0.02
    let losses = [1, 0.95, 0.85, 0.84, 0.83, 0.82, 0.81, 0.8, 0.79, 0.78, 0.77, 0.76, 0.75, 0.74]
    var state = Plateau.State()
    let rates = losses.map { loss -> Double in
      plateau.advance(&state, by: loss, metric: .loss)
      return plateau.learningRate(0.1, state)
    }
    #expect(
      rates == [
        0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.025, 0.025, 0.02,
      ])
  }

  @Test func `where more is better the learning rate goes so too`() {
    var plateau = Plateau()
    plateau.patience = 0
    plateau.factor = 0.5
    plateau.threshold = 0.1
    var state = Plateau.State()
    let rates = [0.5, 0.54, 0.56, 0.6, 0.61, 0.7].map { accuracy -> Double in
      plateau.advance(&state, by: accuracy, metric: .accuracy)
      return plateau.learningRate(0.1, state)
    }
    #expect(rates == [0.1, 0.05, 0.05, 0.025, 0.0125, 0.0125])
  }

  @Test func `NaN is never better`() {
    #expect(!BestMetric.loss.isBetter(.nan, than: nil))
    #expect(!BestMetric.loss.isBetter(.nan, than: 3))
    #expect(BestMetric.loss.isBetter(3, than: nil))
    #expect(BestMetric.accuracy.isBetter(0.6, than: 0.5))
    #expect(!BestMetric.accuracy.isBetter(0.5, than: 0.5))
    #expect(BestMetric.loss.isBetter(0.4, than: 0.5))
  }
}
