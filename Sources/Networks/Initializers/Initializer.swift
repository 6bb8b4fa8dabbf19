import Kernels

/// How a tensor's numbers are drawn before training.
///
/// For a weight of shape (outputs, inputs, …) fanIn is the number of numbers that one output adds
/// up, inputs × the product of the further sides; fanOut is outputs × that product. A uniform
/// distribution is on ±√3·σ, a normal one is not truncated.
public enum Initializer: String, Sendable, Equatable, CaseIterable {
  /// σ² = 2 / (fanIn + fanOut), uniform (Glorot and Bengio 2010).
  case glorotUniform
  /// σ² = 2 / (fanIn + fanOut), normal.
  case glorotNormal
  /// σ² = 2 / fanIn, uniform (He, Zhang, Ren and Sun 2015).
  case heUniform
  /// σ² = 2 / fanIn, normal.
  case heNormal
  /// σ² = 1 / fanIn, uniform (LeCun, Bottou, Orr and Müller 1998).
  case lecunUniform
  /// σ² = 1 / fanIn, normal.
  case lecunNormal
  /// 0: for biases. Weights that all start at zero learn nothing from each other's difference.
  case zeros
}

extension Initializer {
  /// The standard deviation of a tensor of this shape.
  public func deviation(shape: [Int]) -> Double {
    let field = shape.dropFirst(2).reduce(1.0) { $0 * Double($1) }
    let fanOut = Double(shape.first ?? 1) * field
    let fanIn = shape.count > 1 ? Double(shape[1]) * field : fanOut
    return switch self {
    case .glorotUniform, .glorotNormal: (2 / (fanIn + fanOut)).squareRoot()
    case .heUniform, .heNormal: (2 / fanIn).squareRoot()
    case .lecunUniform, .lecunNormal: (1 / fanIn).squareRoot()
    case .zeros: 0
    }
  }

  /// Fills `values`, a stretch of a tensor of this shape, with numbers that depend on the seed, the
  /// tensor's index in its network and the element's position in the tensor only.
  ///
  /// - Parameter start: the position of the first element, an even one: normal numbers are drawn in
  ///   pairs.
  package func fill(
    _ values: FloatView, shape: [Int], seed: UInt64, tensor: Int, from start: Int = 0
  ) {
    precondition(start.isMultiple(of: 2), "a stretch begins in the middle of a pair")
    var stream = RandomStream(seed: seed, purpose: .initialization, index: tensor)
    stream.skip(start)
    let deviation = deviation(shape: shape)
    switch self {
    case .zeros:
      values.fill(0)
    case .glorotUniform, .heUniform, .lecunUniform:
      let bound = Float(3.0.squareRoot() * deviation)
      stream.fillUniform(low: -bound, high: bound, into: values)
    case .glorotNormal, .heNormal, .lecunNormal:
      stream.fillNormal(mean: 0, deviation: Float(deviation), into: values)
    }
  }
}
