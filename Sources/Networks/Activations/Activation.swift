/// An activation function, of one number or (softmax) of a row of numbers.
public enum Activation: Sendable, Equatable {
  /// f(x) = x
  case identity
  /// The threshold function: f(x) = 1 for x ≥ 0, else 0 (McCulloch and Pitts 1943).
  ///
  /// Its gradient is zero wherever it exists, so that a network with it cannot be trained, unless
  /// `straightThrough`: then the gradient passes unchanged (Bengio, Léonard and Courville 2013).
  case step(straightThrough: Bool = false)
  /// The logistic function: f(x) = 1 / (1 + e⁻ˣ)
  case sigmoid
  /// f(x) = max(0, x)
  case relu
  /// f(x)ᵢ = eˣⁱ / Σⱼ eˣʲ over the last axis
  case softmax
  /// f(x) = tanh x
  case tanh
  /// f(x) = x for x > 0, else alpha · x
  case leakyRelu(alpha: Double = 0.01)
  /// f(x) = x for x > 0, else alpha · (eˣ − 1) (Clevert, Unterthiner and Hochreiter 2016)
  case elu(alpha: Double = 1)
  /// f(x) = log(1 + eˣ)
  case softplus
  /// f(x) = x · Φ(x), Φ the normal distribution's: x/2 · (1 + erf(x/√2)) (Hendrycks and Gimpel 2016)
  case gelu
  /// f(x) = x · sigmoid(x)
  case silu
}

extension Activation {
  /// The initializer of weights that feed this activation, where the settings name none: He's for
  /// the functions that pass about half of their input (ReLU and its relatives), Glorot's for the
  /// others.
  public var defaultInitializer: Initializer {
    switch self {
    case .relu, .leakyRelu, .elu, .softplus, .gelu, .silu: .heUniform
    case .identity, .step, .sigmoid, .softmax, .tanh: .glorotUniform
    }
  }

  /// Why gradients cannot pass, or nil where they can.
  var untrainableReason: String? {
    guard self == .step(straightThrough: false) else { return nil }
    return "the gradient of its step activation is zero everywhere, so that nothing before it "
      + "would learn; use another activation (sigmoid is the smooth one), or set "
      + "straightThrough: true to let the gradient pass unchanged"
  }
}
