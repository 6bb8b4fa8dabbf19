import CKernels

/// What a dense layer does besides its matrix products; matrices are (rows, columns), row-major.
package enum Dense {
  /// values[r,c] = f(values[r,c] + bias[c]).
  ///
  /// - Parameter preactivation: receives values + bias, for functions whose derivative needs it.
  package static func activate(
    _ function: ActivationFunction, rows: Int, columns: Int, values: FloatView,
    bias: FloatView? = nil, preactivation: FloatView? = nil, with set: InstructionSet = .current
  ) {
    precondition(values.count >= rows * columns, "fewer values than rows × columns")
    precondition(bias.map { $0.count >= columns } ?? true, "fewer biases than columns")
    precondition(preactivation.map { $0.count >= rows * columns } ?? true, "no room for x")
    set.loops.pointee.activate(
      function.code, function.parameter, rows, columns, values.base, bias?.base,
      preactivation?.base)
  }

  /// gradient[r,c] *= f′ in place; then biasGradient[c] = Σ_r gradient[r,c], added to what is there
  /// where `accumulate`.
  ///
  /// - Parameters:
  ///   - output: what `activate` left in `values`.
  ///   - preactivation: what it wrote there; needed where `function.needsPreactivation`.
  package static func activateBackward(
    _ function: ActivationFunction, rows: Int, columns: Int, output: FloatView,
    preactivation: FloatView? = nil, gradient: FloatView, biasGradient: FloatView? = nil,
    accumulate: Bool = false, with set: InstructionSet = .current
  ) {
    let count = rows * columns
    precondition(output.count >= count && gradient.count >= count, "too few values")
    precondition(biasGradient.map { $0.count >= columns } ?? true, "too few bias gradients")
    precondition(preactivation.map { $0.count >= count } ?? true, "too few preactivations")
    precondition(preactivation != nil || !function.needsPreactivation, "preactivation needed")
    set.loops.pointee.activate_backward(
      function.code, function.parameter, rows, columns, output.base, preactivation?.base,
      gradient.base, biasGradient?.base, accumulate)
  }
}

extension ActivationFunction {
  fileprivate var code: kernel_activation {
    switch self {
    case .identity: KERNEL_IDENTITY
    case .step: KERNEL_STEP
    case .sigmoid: KERNEL_SIGMOID
    case .tanh: KERNEL_TANH
    case .relu: KERNEL_RELU
    case .leakyReLU: KERNEL_LEAKY_RELU
    case .elu: KERNEL_ELU
    case .softplus: KERNEL_SOFTPLUS
    case .gelu: KERNEL_GELU
    case .silu: KERNEL_SILU
    }
  }

  fileprivate var parameter: Float {
    switch self {
    case .leakyReLU(let slope): slope
    case .elu(let alpha): alpha
    default: 0
    }
  }
}
