import Kernels
import Testing

@Suite struct UpdateTests {
  /// Every rule and option, at the given step (from 1).
  private static func kinds(_ step: Int) -> [UpdateRule.Kind] {
    [
      .sgd(momentum: 0, dampening: 0, nesterov: false, isFirstStep: step == 1),
      .sgd(momentum: 0.9, dampening: 0, nesterov: false, isFirstStep: step == 1),
      .sgd(momentum: 0.9, dampening: 0.3, nesterov: false, isFirstStep: step == 1),
      .sgd(momentum: 0.9, dampening: 0, nesterov: true, isFirstStep: step == 1),
      .rmsprop(alpha: 0.99, epsilon: 1e-8, momentum: 0, centered: false),
      .rmsprop(alpha: 0.9, epsilon: 1e-8, momentum: 0.8, centered: false),
      .rmsprop(alpha: 0.9, epsilon: 1e-3, momentum: 0, centered: true),
      .rmsprop(alpha: 0.9, epsilon: 1e-3, momentum: 0.8, centered: true),
      .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: step),
      .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: step),
      .adagrad(epsilon: 1e-10),
    ]
  }

  @Test(arguments: sets, 0..<kinds(1).count)
  func `ten steps match the reference, with and without decay`(set: InstructionSet, kind: Int) {
    for (decay, l1, decays) in [
      (0.0, 0.0, true), (0.1, 0.0, true), (0.1, 0.01, true),
      (0.1, 0.01, false),
    ] {
      for count in [1, 7, 16, 33] {
        let p = Floats(random: count, offset: 1)
        p.view[0] = 0
        let states = (0..<3).map { Floats(zeros: count, offset: $0) }
        let (naive, naiveStates) = (p.copy(), states.map { $0.copy() })
        func views(_ states: [Floats]) -> UpdateRule.States {
          UpdateRule.States(states[0].view, states[1].view, states[2].view)
        }
        for step in 1...10 {
          let rule = UpdateRule(
            Self.kinds(step)[kind],
            .init(learningRate: 0.01 / Double(step), weightDecay: decay, l1: l1))
          let gradient = Floats(random: count, seed: UInt64(step), offset: 2)
          rule.apply(
            gradient: gradient.view, parameters: p.view, states: views(states), decays: decays,
            gradientScale: 0.5, with: set)
          Reference.update(
            rule, gradient: gradient.view, parameters: naive.view, states: views(naiveStates),
            decays: decays, gradientScale: 0.5)
        }
        #expect(agree(p.values, naive.values, relative: 1e-5, floor: 0.1))
        for (state, naive) in zip(states, naiveStates) {
          #expect(agree(state.values, naive.values, relative: 1e-5, floor: 0.01))
          #expect(state.isIntact)
        }
        #expect(p.isIntact)
      }
    }
  }

  @Test(arguments: sets)
  func `an update tile by tile has the bits of an update at once`(set: InstructionSet) {
    let rule = UpdateRule(
      .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 3),
      .init(learningRate: 0.01, weightDecay: 0.1))
    let gradient = Floats(random: 128)
    let whole = (0..<3).map { Floats(random: 128, in: 0...1, seed: UInt64($0)) }
    let tiled = whole.map { $0.copy(offset: 5) }
    rule.apply(
      gradient: gradient.view, parameters: whole[0].view,
      states: .init(whole[1].view, whole[2].view), with: set)
    for start in stride(from: 0, to: 128, by: 32) {
      let range = start..<start + 32
      rule.apply(
        gradient: gradient.view.slice(range), parameters: tiled[0].view.slice(range),
        states: .init(tiled[1].view.slice(range), tiled[2].view.slice(range)), with: set)
    }
    #expect(whole.map(\.bits) == tiled.map(\.bits))
  }
}
