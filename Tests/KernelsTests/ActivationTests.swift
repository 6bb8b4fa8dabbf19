import Kernels
import Testing

@Suite struct ActivationTests {
  static let functions: [ActivationFunction] = [
    .identity, .step, .sigmoid, .tanh, .relu, .leakyReLU(slope: 0.01), .elu(alpha: 1),
    .elu(alpha: 0.3), .softplus, .gelu, .silu,
  ]

  /// Steps that are dense around 0 and reach to where every function is flat.
  static let inputs: [Float] =
    (0..<4001).map { Float($0 - 2000) * 0.01 }
    + (1...60).flatMap { [Float(sign: .plus, exponent: -$0, significand: 1.3), 1e-3 * Float($0)] }
    + (1...60).flatMap {
      [Float(sign: .minus, exponent: -$0, significand: 1.3), -5e-4 * Float($0)]
    }

  static let special: [Float] = [
    0, -0.0, 1e4, -1e4, .infinity, -.infinity, .nan, 88.5, -87, 100, -100, 3e38, -3e38,
    .leastNonzeroMagnitude, .leastNormalMagnitude, -.leastNormalMagnitude,
  ]

  @Test(arguments: sets, functions)
  func `every activation is within three units in the last place`(
    set: InstructionSet, function: ActivationFunction
  ) {
    let fast = Floats(Self.inputs, offset: 1)
    let naive = fast.copy()
    let count = Self.inputs.count
    Dense.activate(function, rows: 1, columns: count, values: fast.view, with: set)
    Reference.activate(
      function, rows: 1, columns: count, values: naive.view, bias: nil, preactivation: nil)
    // GELU's left tail is a difference that the usual formula loses altogether.
    let relative: Float = function == .gelu ? 8e-7 : 3 * 0x1p-23
    #expect(agree(fast.values, naive.values, relative: relative))
  }

  @Test(arguments: sets, functions)
  func `activations and slopes of huge and special values are their limits`(
    set: InstructionSet, function: ActivationFunction
  ) {
    let fast = Floats(Self.special)
    let count = Self.special.count
    let preactivation = Floats(zeros: count)
    Dense.activate(
      function, rows: 1, columns: count, values: fast.view, preactivation: preactivation.view,
      with: set)
    let naive = Floats(Self.special)
    let x = Floats(zeros: count)
    Reference.activate(
      function, rows: 1, columns: count, values: naive.view, bias: nil, preactivation: x.view)
    #expect(agree(fast.values, naive.values, relative: 1e-6, floor: 1e-35))
    #expect(preactivation.values.map(\.isNaN) == Self.special.map(\.isNaN))

    let slopes = Floats(Self.special.map { _ in 1 })
    let naiveSlopes = slopes.copy()
    Dense.activateBackward(
      function, rows: 1, columns: count, output: naive.view, preactivation: x.view,
      gradient: slopes.view, with: set)
    Reference.activateBackward(
      function, rows: 1, columns: count, output: naive.view, preactivation: x.view,
      gradient: naiveSlopes.view, biasGradient: nil, accumulate: false)
    #expect(agree(slopes.values, naiveSlopes.values, relative: 1e-6, floor: 1e-3))
  }

  @Test(arguments: sets, functions)
  func `bias and activation match the reference over odd sizes and offsets`(
    set: InstructionSet, function: ActivationFunction
  ) {
    for rows in [0, 1, 3, 4, 5, 9] {
      for columns in sizes {
        let offset = (rows + columns) % 5
        let values = Floats(random: rows * columns, in: -4...4, offset: offset)
        let bias = Floats(random: columns, seed: 2, offset: (columns + 1) % 3)
        let kept = Floats(zeros: rows * columns, offset: 3)
        let naive = values.copy()
        let naiveKept = kept.copy()
        Dense.activate(
          function, rows: rows, columns: columns, values: values.view, bias: bias.view,
          preactivation: kept.view, with: set)
        Reference.activate(
          function, rows: rows, columns: columns, values: naive.view, bias: bias.view,
          preactivation: naiveKept.view)
        #expect(agree(values.values, naive.values, floor: 1e-2))
        #expect(kept.values == naiveKept.values)
        #expect(values.isIntact && bias.isIntact && kept.isIntact)
      }
    }
  }

  @Test(arguments: sets, functions)
  func `gradients match the reference over odd sizes, overwriting and accumulating`(
    set: InstructionSet, function: ActivationFunction
  ) {
    for rows in [0, 1, 3, 4, 5, 9] {
      for columns in sizes {
        for accumulate in [false, true] {
          let x = Floats(random: rows * columns, in: -4...4, offset: columns % 3)
          let output = x.copy(offset: 1)
          Reference.activate(
            function, rows: rows, columns: columns, values: output.view, bias: nil,
            preactivation: nil)
          let gradient = Floats(random: rows * columns, seed: 3, offset: rows % 4)
          let bias = Floats(random: columns, seed: 4, offset: 2)
          let naiveGradient = gradient.copy()
          let naiveBias = bias.copy()
          Dense.activateBackward(
            function, rows: rows, columns: columns, output: output.view, preactivation: x.view,
            gradient: gradient.view, biasGradient: bias.view, accumulate: accumulate, with: set)
          Reference.activateBackward(
            function, rows: rows, columns: columns, output: output.view, preactivation: x.view,
            gradient: naiveGradient.view, biasGradient: naiveBias.view, accumulate: accumulate)
          #expect(agree(gradient.values, naiveGradient.values, floor: 1))
          #expect(agree(bias.values, naiveBias.values, relative: 2e-6, floor: 1))
          #expect(gradient.isIntact && bias.isIntact && output.isIntact)
        }
      }
    }
  }
}
