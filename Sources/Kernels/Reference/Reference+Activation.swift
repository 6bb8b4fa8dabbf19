import Glibc

extension Reference {
  /// f(x)
  package static func value(_ function: ActivationFunction, _ x: Double) -> Double {
    switch function {
    case .identity: x
    case .step: x.isNaN ? x : x >= 0 ? 1 : 0
    case .sigmoid: sigmoid(x)
    case .tanh: Glibc.tanh(x)
    case .relu: x < 0 ? 0 : x
    case .leakyReLU(let slope): x > 0 ? x : Double(slope) * x
    case .elu(let alpha): x > 0 ? x : Double(alpha) * expm1(x)
    case .softplus: softplus(x)
    case .gelu: x == -.infinity ? 0 : x * normalCumulative(x)
    case .silu: x == -.infinity ? 0 : x * sigmoid(x)
    }
  }

  /// f′(x)
  package static func derivative(_ function: ActivationFunction, _ x: Double) -> Double {
    switch function {
    case .identity: 1
    case .step: 0
    case .sigmoid: sigmoid(x) * sigmoid(-x)
    case .tanh: 1 - Glibc.tanh(x) * Glibc.tanh(x)
    case .relu: x > 0 ? 1 : 0
    case .leakyReLU(let slope): x > 0 ? 1 : Double(slope)
    case .elu(let alpha): x > 0 ? 1 : Double(alpha) * exp(x)
    case .softplus: sigmoid(x)
    case .gelu:
      x.isInfinite
        ? normalCumulative(x)
        : normalCumulative(x) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    case .silu:
      x.isInfinite ? sigmoid(x) : sigmoid(x) * (1 + x * sigmoid(-x))
    }
  }

  package static func activate(
    _ function: ActivationFunction, rows: Int, columns: Int, values: FloatView,
    bias: FloatView?, preactivation: FloatView?
  ) {
    for r in 0..<rows {
      for c in 0..<columns {
        let x = values[r * columns + c] + (bias?[c] ?? 0)
        preactivation?[r * columns + c] = x
        values[r * columns + c] = Float(value(function, Double(x)))
      }
    }
  }

  package static func activateBackward(
    _ function: ActivationFunction, rows: Int, columns: Int, output: FloatView,
    preactivation: FloatView?, gradient: FloatView, biasGradient: FloatView?, accumulate: Bool
  ) {
    for r in 0..<rows {
      for c in 0..<columns {
        let i = r * columns + c
        let slope =
          if let preactivation, function.needsPreactivation {
            derivative(function, Double(preactivation[i]))
          } else {
            derivativeFromOutput(function, Double(output[i]))
          }
        gradient[i] = Float(Double(gradient[i]) * slope)
      }
    }
    guard let biasGradient else { return }
    for c in 0..<columns {
      var sum = accumulate ? Double(biasGradient[c]) : 0
      for r in 0..<rows { sum += Double(gradient[r * columns + c]) }
      biasGradient[c] = Float(sum)
    }
  }

  /// f′ where y = f(x) tells it.
  private static func derivativeFromOutput(_ function: ActivationFunction, _ y: Double) -> Double {
    switch function {
    case .sigmoid: y * (1 - y)
    case .tanh: 1 - y * y
    case .elu(let alpha): y > 0 ? 1 : y + Double(alpha)
    case .softplus, .gelu, .silu: preconditionFailure("\(function) needs the preactivation")
    case .identity, .step, .relu, .leakyReLU: derivative(function, y)
    }
  }

  static func sigmoid(_ x: Double) -> Double {
    x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
  }

  static func softplus(_ x: Double) -> Double {
    x.isNaN ? x : max(x, 0) + log1p(exp(-abs(x)))
  }

  private static func normalCumulative(_ x: Double) -> Double {
    0.5 * erfc(-x / 2.0.squareRoot())
  }
}
