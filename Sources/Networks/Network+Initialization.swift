import Kernels

extension Network {
  /// Writes the initial parameters for this seed, laid out by `layout`. A tensor's numbers depend
  /// on the seed, the tensor's index and its initializer only.
  package func initialize(_ parameters: FloatView, seed: UInt64) {
    parameters.fill(0)
    for (index, tensor) in layout.tensors.enumerated() {
      tensor.initializer.fill(
        parameters.slice(tensor.range), shape: tensor.shape, seed: seed, tensor: index)
    }
  }
}
