import Kernels
import Settings
import Testing

@testable import Networks

@Suite struct OptimizerValueTests {
  /// Parameters after each of `gradients`, one step each.
  private func parameters(
    of optimizer: Optimizer, regularization: Regularization, learningRate: Double,
    start: [Float], gradients: [[Float]], decays: Bool = true
  ) -> [[Float]] {
    let parameters = buffer(start)
    let states = optimizer.stateNames.map { _ in AlignedBuffer<Float>(count: start.count) }
    for state in states { state.view.fill(optimizer.initialStateValue) }
    let views = optimizer.states(states.map(\.view))
    return gradients.enumerated().map { index, gradient in
      let rule = optimizer.rule(
        learningRate: learningRate, step: index + 1, regularization: regularization)
      let gradient = buffer(gradient)
      // Two slices: as the threads of a run would.
      for range in [0..<3, 3..<start.count] {
        rule.apply(
          gradient: gradient.view.slice(range), parameters: parameters.view.slice(range),
          states: views.slice(range), decays: regularization.applies(to: decays))
      }
      return parameters.array
    }
  }

  @Test func `every optimizer goes PyTorch's way, step by step`() throws {
    for golden in try Golden.cases("optimizers") {
      let optimizer = try Optimizer(settings: golden.settings, path: "optimizer")
      let decay = golden.number("weightDecay") ?? optimizer.defaultWeightDecay
      let steps = parameters(
        of: optimizer, regularization: Regularization(weightDecay: decay),
        learningRate: golden.number("learningRate")!, start: golden.floats("start")!,
        gradients: golden.rows("gradients").map { $0.map { Float($0) } })
      let expected = golden.rows("parameters")
      #expect(steps.count == expected.count)
      for (index, step) in steps.enumerated() {
        #expect(
          agree(step, expected[index], tolerance: 2e-6, scale: 1),
          "\(golden), weight decay \(decay), step \(index + 1): \(step), \(expected[index])")
      }
    }
  }

  @Test func `every optimizer has recorded cases`() throws {
    let names = Set(
      try Golden.cases("optimizers").map { try Optimizer(settings: $0.settings, path: "").name })
    #expect(names == Set(Optimizer.Name.allCases))
  }

  @Test func `without a gradient, L1 pulls by the sign and L2 by the value`() {
    let after = parameters(
      of: .sgd(), regularization: Regularization(l1: 0.5, l2: 0.25), learningRate: 0.1,
      start: [2, -2, 0, 4], gradients: [[0, 0, 0, 0]])[0]
    #expect(agree(after, [2 - 0.1, -2 + 0.1, 0, 4 - 0.15], tolerance: 1e-6, scale: 1))
  }

  @Test func `biases are not pulled, unless asked for`() {
    func after(_ regularization: Regularization) -> [Float] {
      parameters(
        of: .adamW(), regularization: regularization, learningRate: 0.1, start: [2, -2, 1, 4],
        gradients: [[0, 0, 0, 0]], decays: false)[0]
    }
    #expect(after(Regularization(weightDecay: 0.5, l1: 1)) == [2, -2, 1, 4])
    #expect(after(Regularization(weightDecay: 0.5, decayBiases: true)) != [2, -2, 1, 4])
  }
}
