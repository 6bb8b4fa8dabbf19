import Kernels
import Testing

@testable import Networks

@Suite struct InitializerTests {
  private let shape = [300, 200]

  private func draw(
    _ initializer: Initializer, shape: [Int], seed: UInt64 = 1, tensor: Int = 0
  ) -> [Float] {
    let values = AlignedBuffer<Float>(count: shape.reduce(1, *))
    initializer.fill(values.view, shape: shape, seed: seed, tensor: tensor)
    return values.array
  }

  private static let variances: [(Initializer, Double)] = [
    (.glorotUniform, 0.004), (.glorotNormal, 0.004), (.heUniform, 0.01), (.heNormal, 0.01),
    (.lecunUniform, 0.005), (.lecunNormal, 0.005),
  ]

  @Test(arguments: variances)
  func `mean, variance and tails are those of the distribution`(
    initializer: Initializer, variance: Double
  ) {
    let values = draw(initializer, shape: shape).map(Double.init)
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let square = values.reduce(0) { $0 + $1 * $1 } / count
    // Five standard errors: of the mean, and of the square, whose variance is at most 2σ⁴.
    #expect(abs(mean) < 5 * (variance / count).squareRoot())
    #expect(abs(square - variance) < 5 * variance * (2 / count).squareRoot())
    let largest = values.map(abs).max()! / variance.squareRoot()
    switch initializer {
    case .glorotUniform, .heUniform, .lecunUniform:
      #expect(largest <= 3.0.squareRoot() * (1 + 1e-6) && largest > 1.7)
    default:
      #expect(largest > 3.5 && largest < 6)
    }
  }

  @Test func `zeros are zeros`() {
    #expect(draw(.zeros, shape: [7]) == Array(repeating: 0, count: 7))
  }

  @Test func `further sides of a shape count as the receptive field`() {
    #expect(Initializer.lecunNormal.deviation(shape: [8, 4, 3, 3]) == (1.0 / 36).squareRoot())
    #expect(Initializer.glorotNormal.deviation(shape: [8, 4, 3, 3]) == (2.0 / 108).squareRoot())
  }

  @Test func `numbers depend on seed and tensor, not on what was drawn before`() {
    let first = draw(.heNormal, shape: shape, seed: 1, tensor: 2)
    #expect(draw(.heNormal, shape: shape, seed: 1, tensor: 2) == first)
    #expect(draw(.heNormal, shape: shape, seed: 1, tensor: 3) != first)
    #expect(draw(.heNormal, shape: shape, seed: 2, tensor: 2) != first)
  }

  @Test func `relatives of ReLU start with He's, the others with Glorot's`() {
    for name in Activation.Name.allCases {
      let isRectifier = [.relu, .leakyRelu, .elu, .softplus, .gelu, .silu].contains(name)
      #expect(Activation(name).defaultInitializer == (isRectifier ? .heUniform : .glorotUniform))
    }
  }
}
