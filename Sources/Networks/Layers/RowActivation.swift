import Kernels

/// An activation made ready for a layer: which kernels to call on (rows, columns).
struct RowActivation: Sendable {
  private enum Kernel: Sendable {
    case elementwise(ActivationFunction)
    case straightThroughStep
    case softmax
  }

  private let kernel: Kernel

  init(_ activation: Activation) {
    kernel =
      switch activation {
      case .identity: .elementwise(.identity)
      case .step(straightThrough: true): .straightThroughStep
      case .step(straightThrough: false): .elementwise(.step)
      case .sigmoid: .elementwise(.sigmoid)
      case .relu: .elementwise(.relu)
      case .softmax: .softmax
      case .tanh: .elementwise(.tanh)
      case .leakyRelu(let alpha): .elementwise(.leakyReLU(slope: Float(alpha)))
      case .elu(let alpha): .elementwise(.elu(alpha: Float(alpha)))
      case .softplus: .elementwise(.softplus)
      case .gelu: .elementwise(.gelu)
      case .silu: .elementwise(.silu)
      }
  }

  /// Whether the gradient needs what came in, not only what went out.
  var needsPreactivation: Bool {
    guard case .elementwise(let function) = kernel else { return false }
    return function.needsPreactivation
  }

  /// values = f(values + bias); `preactivation` receives values + bias where it is needed.
  func apply(
    rows: Int, columns: Int, values: FloatView, bias: FloatView? = nil,
    preactivation: FloatView? = nil
  ) {
    switch kernel {
    case .elementwise(let function):
      Dense.activate(
        function, rows: rows, columns: columns, values: values, bias: bias,
        preactivation: needsPreactivation ? preactivation : nil)
    case .straightThroughStep:
      Dense.activate(.step, rows: rows, columns: columns, values: values, bias: bias)
    case .softmax:
      if bias != nil {
        Dense.activate(.identity, rows: rows, columns: columns, values: values, bias: bias)
      }
      Softmax.forward(rows: rows, columns: columns, values: values)
    }
  }

  /// Turns `pass.output` from W·x into f(W·x + b), and in training keeps W·x + b in the scratch
  /// where the gradient needs it.
  func forward(_ pass: LayerPass, columns: Int, bias: FloatView?) {
    apply(
      rows: pass.rows, columns: columns, values: pass.output, bias: bias,
      preactivation: pass.mode == .training ? pass.scratch : nil)
  }

  /// Turns the gradient of f(x) into that of x, in place, and adds it up into the bias's.
  func backward(_ pass: LayerPass, columns: Int, biasGradient: FloatView?) {
    var function = ActivationFunction.identity
    switch kernel {
    case .elementwise(let elementwise):
      function = elementwise
    case .straightThroughStep:
      break
    case .softmax:
      Softmax.backward(
        rows: pass.rows, columns: columns, output: pass.output, gradient: pass.outputGradient)
    }
    if function == .identity, biasGradient == nil { return }
    Dense.activateBackward(
      function, rows: pass.rows, columns: columns, output: pass.output,
      preactivation: needsPreactivation ? pass.scratch : nil, gradient: pass.outputGradient,
      biasGradient: biasGradient, accumulate: pass.accumulates)
  }
}

extension Activation {
  /// values = f(values), in place; softmax over the columns. For outputs that become probabilities.
  package func apply(rows: Int, columns: Int, values: FloatView) {
    RowActivation(self).apply(rows: rows, columns: columns, values: values)
  }
}
