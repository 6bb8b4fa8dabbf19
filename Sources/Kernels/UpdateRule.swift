/// One optimizer step with its coefficients worked out: build it once a step, apply it to every
/// tile of parameters. The formulas are PyTorch's.
///
/// g below is the gradient (times `gradientScale`) + `l1`·sign(p) + `weightDecay`·p, except for
/// AdamW, whose weight decay shrinks the parameters instead.
package struct UpdateRule: Sendable {
  /// What an optimizer keeps per parameter: views of the same count as the parameters, none where
  /// the rule has no such state.
  package struct States {
    package var first: FloatView?
    package var second: FloatView?
    package var third: FloatView?

    package init(_ first: FloatView? = nil, _ second: FloatView? = nil, _ third: FloatView? = nil) {
      self.first = first
      self.second = second
      self.third = third
    }
  }

  /// What every rule has.
  package struct Common: Sendable, Equatable {
    package var learningRate: Double
    package var weightDecay: Double
    package var l1: Double

    package init(learningRate: Double, weightDecay: Double = 0, l1: Double = 0) {
      self.learningRate = learningRate
      self.weightDecay = weightDecay
      self.l1 = l1
    }
  }

  package enum Kind: Sendable, Equatable {
    /// States: the momentum buffer, where `momentum` is not 0. On the first step the buffer becomes
    /// g, later momentum·buffer + (1 − dampening)·g; p −= learningRate·buffer, or with Nesterov
    /// p −= learningRate·(g + momentum·buffer).
    case sgd(momentum: Double, dampening: Double, nesterov: Bool, isFirstStep: Bool)
    /// States: average of g²; momentum buffer where `momentum` is not 0; average of g where
    /// `centered`.
    case rmsprop(alpha: Double, epsilon: Double, momentum: Double, centered: Bool)
    /// States: first moment, second moment. `step` counts from 1.
    case adam(beta1: Double, beta2: Double, epsilon: Double, step: Int)
    case adamW(beta1: Double, beta2: Double, epsilon: Double, step: Int)
    /// State: the sum of g².
    case adagrad(epsilon: Double)
  }

  package let kind: Kind
  package let common: Common

  package init(_ kind: Kind, _ common: Common) {
    self.kind = kind
    self.common = common
  }

  /// Updates `parameters` and `states` in place.
  ///
  /// - Parameters:
  ///   - decays: whether weight decay and `l1` hold for these parameters.
  ///   - gradientScale: what the gradient is multiplied with first (clipping by norm).
  package func apply(
    gradient: FloatView, parameters: FloatView, states: States, decays: Bool = true,
    gradientScale: Float = 1
  ) {
    Reference.update(
      self, gradient: gradient, parameters: parameters, states: states, decays: decays,
      gradientScale: gradientScale)
  }
}
