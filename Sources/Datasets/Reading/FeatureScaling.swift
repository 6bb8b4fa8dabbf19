import Kernels

/// A normalisation made ready for gathering: its numbers lie in buffers that live as long as this.
package final class FeatureScaling: @unchecked Sendable {
  package let normalization: Normalization
  private let scale: AlignedBuffer<Float>?
  private let shift: AlignedBuffer<Float>?

  package init(_ normalization: Normalization) {
    self.normalization = normalization
    guard case .perFeature(let scales, let shifts) = normalization else {
      scale = nil
      shift = nil
      return
    }
    scale = Self.buffer(scales)
    shift = Self.buffer(shifts)
  }

  var kernel: Gather.ScaleShift {
    switch normalization {
    case .none: .none
    case .uniform(let scale, let shift): .uniform(scale: scale, shift: shift)
    case .perFeature: .perFeature(scale: scale!.view, shift: shift!.view)
    }
  }

  private static func buffer(_ values: [Float]) -> AlignedBuffer<Float> {
    let buffer = AlignedBuffer<Float>(count: values.count)
    _ = buffer.pointer.update(fromContentsOf: values)
    return buffer
  }
}
