import CKernels
import Glibc

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
  private let coefficients: kernel_update

  package init(_ kind: Kind, _ common: Common) {
    self.kind = kind
    self.common = common
    coefficients = kind.coefficients(common)
  }

  /// Updates `parameters` and `states` in place.
  ///
  /// - Parameters:
  ///   - decays: whether weight decay and `l1` hold for these parameters.
  ///   - gradientScale: what the gradient is multiplied with first (clipping by norm).
  package func apply(
    gradient: FloatView, parameters: FloatView, states: States, decays: Bool = true,
    gradientScale: Float = 1, with set: InstructionSet = .current
  ) {
    let count = parameters.count
    precondition(gradient.count == count, "views of different length")
    precondition(states.first.map { $0.count == count } ?? true, "views of different length")
    precondition(states.second.map { $0.count == count } ?? true, "views of different length")
    precondition(states.third.map { $0.count == count } ?? true, "views of different length")
    var coefficients = coefficients
    coefficients.gradient_scale = gradientScale
    if !decays {
      coefficients.decay = 0
      coefficients.shrink = 1
      coefficients.l1 = 0
    }
    set.loops.pointee.update(
      &coefficients, count, gradient.base, parameters.base, states.first?.base,
      states.second?.base, states.third?.base)
  }
}

extension UpdateRule.Kind {
  /// Worked out in double precision and rounded once.
  fileprivate func coefficients(_ common: UpdateRule.Common) -> kernel_update {
    var c = kernel_update()
    c.gradient_scale = 1
    c.l1 = Float(common.l1)
    c.decay = Float(common.weightDecay)
    c.shrink = 1
    c.rate = Float(common.learningRate)
    switch self {
    case .sgd(let momentum, let dampening, let nesterov, let isFirstStep):
      c.rule =
        momentum == 0 ? KERNEL_SGD : isFirstStep ? KERNEL_SGD_FIRST_STEP : KERNEL_SGD_MOMENTUM
      c.momentum = Float(momentum)
      c.blend = Float(1 - dampening)
      c.nesterov = nesterov
    case .rmsprop(let alpha, let epsilon, let momentum, let centered):
      c.rule = KERNEL_RMSPROP
      c.keep = Float(alpha)
      c.blend = Float(1 - alpha)
      c.epsilon = Float(epsilon)
      c.momentum = Float(momentum)
      c.centered = centered
    case .adam(let beta1, let beta2, let epsilon, let step),
      .adamW(let beta1, let beta2, let epsilon, let step):
      c.rule = KERNEL_ADAM
      c.blend = Float(1 - beta1)
      c.keep = Float(beta2)
      c.square_blend = Float(1 - beta2)
      c.rate = Float(common.learningRate / (1 - pow(beta1, Double(step))))
      c.correction = Float(1 / (1 - pow(beta2, Double(step))).squareRoot())
      c.epsilon = Float(epsilon)
      if case .adamW = self {
        c.decay = 0
        c.shrink = Float(1 - common.learningRate * common.weightDecay)
      }
    case .adagrad(let epsilon):
      c.rule = KERNEL_ADAGRAD
      c.epsilon = Float(epsilon)
    }
    return c
  }
}
