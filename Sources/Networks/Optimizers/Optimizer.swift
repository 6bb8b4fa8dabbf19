import Kernels

/// How parameters follow their gradient. Names, defaults and formulas are PyTorch's.
///
/// An optimizer is an immutable value; what it remembers per parameter lies in flat buffers, one
/// per name in `stateNames`, laid out as the parameters.
public enum Optimizer: Sendable, Equatable {
  /// Gradient descent with momentum (Polyak 1964), also Nesterov's.
  case sgd(momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false)
  /// The gradient divided by the root of its running mean square (Tieleman and Hinton 2012);
  /// `centered`: by its running standard deviation (Graves 2013).
  case rmsprop(
    alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0, centered: Bool = false)
  /// Running means of the gradient and its square, corrected for their start at 0 (Kingma and Ba
  /// 2015).
  case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
  /// Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019).
  case adamW(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
  /// The gradient divided by the root of the sum of its squares (Duchi, Hazan and Singer 2011).
  case adagrad(epsilon: Double = 1e-10, initialAccumulator: Double = 0)
}

extension Optimizer {
  /// What this optimizer remembers per parameter, by the names that checkpoints use.
  public var stateNames: [String] {
    switch self {
    case .sgd(let momentum, _, _): momentum == 0 ? [] : ["momentum"]
    case .rmsprop(_, _, let momentum, let centered):
      ["squareAverage"] + (momentum == 0 ? [] : ["momentum"])
        + (centered ? ["gradientAverage"] : [])
    case .adam, .adamW: ["firstMoment", "secondMoment"]
    case .adagrad: ["squareSum"]
    }
  }

  /// What every element of a state is before the first step.
  package var initialStateValue: Float {
    if case .adagrad(_, let initialAccumulator) = self { return Float(initialAccumulator) }
    return 0
  }

  /// The states' buffers as `UpdateRule.apply` takes them: whole, or sliced with the parameters.
  ///
  /// - Parameter buffers: one per name in `stateNames`, in that order.
  package func states(_ buffers: [FloatView]) -> UpdateRule.States {
    precondition(buffers.count == stateNames.count, "a buffer per state")
    if case .rmsprop(_, _, momentum: 0, centered: true) = self {
      return UpdateRule.States(buffers[0], nil, buffers[1])
    }
    return UpdateRule.States(
      buffers.first, buffers.count > 1 ? buffers[1] : nil, buffers.count > 2 ? buffers[2] : nil)
  }

  /// This step's update, to be applied to any slices of the parameters, by any threads.
  ///
  /// - Parameter step: counted from 1.
  package func rule(
    learningRate: Double, step: Int, regularization: Regularization
  ) -> UpdateRule {
    let common = UpdateRule.Common(
      learningRate: learningRate,
      weightDecay: regularization.weightDecay + regularization.l2, l1: regularization.l1)
    let kind: UpdateRule.Kind =
      switch self {
      case .sgd(let momentum, let dampening, let nesterov):
        .sgd(
          momentum: momentum, dampening: dampening, nesterov: nesterov, isFirstStep: step == 1)
      case .rmsprop(let alpha, let epsilon, let momentum, let centered):
        .rmsprop(alpha: alpha, epsilon: epsilon, momentum: momentum, centered: centered)
      case .adam(let beta1, let beta2, let epsilon):
        .adam(beta1: beta1, beta2: beta2, epsilon: epsilon, step: step)
      case .adamW(let beta1, let beta2, let epsilon):
        .adamW(beta1: beta1, beta2: beta2, epsilon: epsilon, step: step)
      case .adagrad(let epsilon, _): .adagrad(epsilon: epsilon)
      }
    return UpdateRule(kind, common)
  }
}

extension UpdateRule.States {
  /// The part of every state that belongs to this part of the parameters.
  package func slice(_ range: Range<Int>) -> UpdateRule.States {
    UpdateRule.States(first?.slice(range), second?.slice(range), third?.slice(range))
  }
}
