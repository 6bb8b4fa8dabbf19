import Kernels

extension Network {
  /// Writes the initial parameters for this seed, laid out by `layout`. A tensor's numbers depend
  /// on the seed, the tensor's index and its initializer only.
  package func initialize(_ parameters: FloatView, seed: UInt64) {
    for stretch in initialStretches { initialize(stretch, of: parameters, seed: seed) }
  }

  /// Stretches of the parameters, together all of them, whose initial numbers can be drawn in any
  /// order and by several threads.
  package var initialStretches: [InitialStretch] {
    layout.tensors.indices.flatMap { index in
      let count = layout.tensors[index].range.count
      return stride(from: 0, to: count, by: InitialStretch.length).map {
        InitialStretch(tensor: index, range: $0..<min($0 + InitialStretch.length, count))
      }
    }
  }

  /// Writes one stretch of the initial parameters, and zeros into the padding after its tensor.
  package func initialize(_ stretch: InitialStretch, of parameters: FloatView, seed: UInt64) {
    let tensor = layout.tensors[stretch.tensor]
    tensor.initializer.fill(
      parameters.slice(tensor.range).slice(stretch.range), shape: tensor.shape, seed: seed,
      tensor: stretch.tensor, from: stretch.range.lowerBound)
    guard stretch.range.upperBound == tensor.range.count else { return }
    let end = tensor.range.upperBound
    parameters.slice(end..<ParameterLayout.aligned(end)).fill(0)
  }
}

/// A stretch of one tensor, whose initial numbers are drawn at once.
package struct InitialStretch: Sendable, Equatable {
  /// The tensor's index in the layout.
  package let tensor: Int
  /// Its elements, counted from the tensor's first.
  package let range: Range<Int>

  /// Elements of a whole one: a fraction of a millisecond's work.
  static let length = 1 << 16
}
