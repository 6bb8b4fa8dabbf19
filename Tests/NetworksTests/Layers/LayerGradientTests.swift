import Kernels
import Testing

@testable import Networks

/// Over every example of every layer in the registry.
@Suite struct LayerGradientTests {
  @Test func `the gradients agree with finite differences`() throws {
    for layer in try LayerHarness.examples() where layer.isSmooth {
      let harness = LayerHarness(layer, rows: 3)
      let weights = buffer(harness.outputGradient.array)
      harness.layer.forward(harness.pass())
      harness.layer.backward(harness.pass())
      let cases = [
        ("input", harness.input, harness.inputGradient.array),
        ("parameters", harness.parameters, harness.gradient.array),
      ]
      var (checked, all) = (0, 0)
      for (name, values, gradient) in cases {
        let positions = positions(of: values, in: harness)
        let pairs = positions.compactMap { position in
          derivative(of: harness, at: position, in: values, weights: weights).map {
            (Double(gradient[position]), $0)
          }
        }
        let wrong = pairs.filter { abs($0 - $1) > 1e-3 * max(1, abs($1)) }
        #expect(wrong.isEmpty, "\(layer.summary), \(layer.inputShape), \(name): \(wrong)")
        checked += pairs.count
        all += positions.count
      }
      // Kinks are left out; they must stay the exception.
      #expect(checked * 10 >= all * 9, "\(layer.summary): \(checked) of \(all)")
    }
  }

  @Test func `an accumulated gradient is the sum of what was there and the batch's own`() throws {
    for layer in try LayerHarness.examples() {
      let harness = LayerHarness(layer, rows: 4)
      let before = harness.gradient.array
      let outputGradient = harness.outputGradient.array
      layer.forward(harness.pass())
      layer.backward(harness.pass(accumulates: true))
      let sum = harness.gradient.array
      harness.outputGradient.view.set(outputGradient)
      layer.backward(harness.pass())
      for tensor in harness.layout.tensors {
        let expected = tensor.range.map { Double(before[$0]) + Double(harness.gradient.array[$0]) }
        #expect(
          agree(Array(sum[tensor.range]), expected, tolerance: 1e-5, scale: 1),
          "\(layer.summary)")
      }
    }
  }

  @Test func `leaving out the input's gradient changes no parameter's`() throws {
    for layer in try LayerHarness.examples() {
      let with = LayerHarness(layer, rows: 4)
      let without = LayerHarness(layer, rows: 4)
      with.layer.forward(with.pass())
      with.layer.backward(with.pass())
      without.layer.forward(without.pass())
      without.layer.backward(without.pass(wantsInputGradient: false))
      #expect(with.gradient.array == without.gradient.array, "\(layer.summary)")
    }
  }

  @Test func `evaluation needs no scratch and drops nothing`() throws {
    for layer in try LayerHarness.examples() {
      let harness = LayerHarness(layer, rows: 4)
      var pass = harness.pass(mode: .evaluation)
      pass.scratch = pass.scratch.prefix(0)
      layer.forward(pass)
      let first = harness.output.array
      pass.randomness.step += 1
      layer.forward(pass)
      #expect(harness.output.array == first, "\(layer.summary)")
    }
  }

  /// All but the padding.
  private func positions(of values: AlignedBuffer<Float>, in harness: LayerHarness) -> [Int] {
    values === harness.parameters
      ? harness.layout.tensors.flatMap { Array($0.range) } : Array(0..<values.count)
  }

  /// d(Σ output · weights)/dvalue from outputs on both sides, or nil where there is a kink near.
  private func derivative(
    of harness: LayerHarness, at position: Int, in values: AlignedBuffer<Float>,
    weights: AlignedBuffer<Float>
  ) -> Double? {
    let value = values.view[position]
    defer { values.view[position] = value }
    func slope(_ distance: Float) -> Double {
      let (above, below) = (value + distance, value - distance)
      values.view[position] = above
      harness.layer.forward(harness.pass())
      let sum = dot(harness.output.view, weights.view)
      values.view[position] = below
      harness.layer.forward(harness.pass())
      return (sum - dot(harness.output.view, weights.view)) / (Double(above) - Double(below))
    }
    let (wide, narrow) = (slope(0x1p-7), slope(0x1p-8))
    // Where a function is smooth, halving the distance quarters the error.
    let fine = narrow + (narrow - wide) / 3
    return abs(narrow - wide) < 5e-4 * max(1, abs(fine)) ? fine : nil
  }
}

extension Layer {
  /// A step's straight-through gradient is not its derivative.
  fileprivate var isSmooth: Bool { !summary.contains("step") }
}
