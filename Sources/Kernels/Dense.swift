/// What a dense layer does besides its matrix products; matrices are (rows, columns), row-major.
package enum Dense {
  /// values[r,c] = f(values[r,c] + bias[c]).
  ///
  /// - Parameter preactivation: receives values + bias, for functions whose derivative needs it.
  package static func activate(
    _ function: ActivationFunction, rows: Int, columns: Int, values: FloatView,
    bias: FloatView? = nil, preactivation: FloatView? = nil
  ) {
    Reference.activate(
      function, rows: rows, columns: columns, values: values, bias: bias,
      preactivation: preactivation)
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
    accumulate: Bool = false
  ) {
    Reference.activateBackward(
      function, rows: rows, columns: columns, output: output, preactivation: preactivation,
      gradient: gradient, biasGradient: biasGradient, accumulate: accumulate)
  }
}
