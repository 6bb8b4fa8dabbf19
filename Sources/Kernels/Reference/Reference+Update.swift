import Glibc

extension Reference {
  package static func update(
    _ rule: UpdateRule, gradient: FloatView, parameters: FloatView, states: UpdateRule.States,
    decays: Bool, gradientScale: Float
  ) {
    let rate = rule.common.learningRate
    let decay = decays ? rule.common.weightDecay : 0
    let l1 = decays ? rule.common.l1 : 0
    for i in 0..<parameters.count {
      var p = Double(parameters[i])
      var g = Double(gradient[i]) * Double(gradientScale)
      if l1 != 0 { g += l1 * (p > 0 ? 1 : p < 0 ? -1 : 0) }
      if case .adamW = rule.kind { p *= 1 - rate * decay } else { g += decay * p }
      p -= rate * direction(rule.kind, i, g, states)
      parameters[i] = Float(p)
    }
  }

  /// What the learning rate is multiplied with; updates the states at `i`.
  private static func direction(
    _ kind: UpdateRule.Kind, _ i: Int, _ g: Double, _ states: UpdateRule.States
  ) -> Double {
    switch kind {
    case .sgd(let momentum, let dampening, let nesterov, let isFirstStep):
      guard momentum != 0 else { return g }
      let old = Double(states.first![i])
      let buffer = isFirstStep ? g : momentum * old + (1 - dampening) * g
      states.first![i] = Float(buffer)
      return nesterov ? g + momentum * buffer : buffer
    case .rmsprop(let alpha, let epsilon, let momentum, let centered):
      let square = alpha * Double(states.first![i]) + (1 - alpha) * g * g
      states.first![i] = Float(square)
      var variance = square
      if centered {
        let average = alpha * Double(states.third![i]) + (1 - alpha) * g
        states.third![i] = Float(average)
        variance -= average * average
      }
      let step = g / (variance.squareRoot() + epsilon)
      guard momentum != 0 else { return step }
      let buffer = momentum * Double(states.second![i]) + step
      states.second![i] = Float(buffer)
      return buffer
    case .adam(let beta1, let beta2, let epsilon, let step),
      .adamW(let beta1, let beta2, let epsilon, let step):
      let first = beta1 * Double(states.first![i]) + (1 - beta1) * g
      let second = beta2 * Double(states.second![i]) + (1 - beta2) * g * g
      states.first![i] = Float(first)
      states.second![i] = Float(second)
      let correction1 = 1 - pow(beta1, Double(step))
      let correction2 = 1 - pow(beta2, Double(step))
      return first / correction1 / ((second / correction2).squareRoot() + epsilon)
    case .adagrad(let epsilon):
      let sum = Double(states.first![i]) + g * g
      states.first![i] = Float(sum)
      return g / (sum.squareRoot() + epsilon)
    }
  }
}
