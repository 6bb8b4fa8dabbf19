/// A function that a layer applies to each of its values alone.
package enum ActivationFunction: Sendable, Equatable {
  /// x
  case identity
  /// 1 where x ≥ 0, otherwise 0. Its derivative is 0 everywhere.
  case step
  /// The logistic function 1 / (1 + e⁻ˣ).
  case sigmoid
  case tanh
  /// max(x, 0)
  case relu
  /// x where x > 0, otherwise `slope`·x; `slope` is not negative.
  case leakyReLU(slope: Float)
  /// x where x > 0, otherwise `alpha`·(eˣ − 1); `alpha` is not negative.
  case elu(alpha: Float)
  /// log(1 + eˣ)
  case softplus
  /// x·Φ(x), Φ the normal distribution's cumulative function (the exact form, with erf).
  case gelu
  /// x·sigmoid(x)
  case silu

  /// Whether the derivative needs x itself; the others are found from f(x).
  package var needsPreactivation: Bool {
    switch self {
    case .softplus, .gelu, .silu: true
    default: false
    }
  }
}
