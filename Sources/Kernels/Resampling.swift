import CKernels

/// Brings images of one size to another: pixels of four bytes (red, green, blue and one that is left
/// out) to planes of bytes. One thread at a time may use it.
///
/// A pixel of the result is Σⱼ yⱼ·(Σᵢ xᵢ·pixelⱼᵢ), in floats, in the order of the image's pixels,
/// rounded to the nearest byte: the same bytes with all instruction sets.
package final class Resampling {
  private let width: Int
  private let height: Int
  private let x: ResampleWeights
  private let y: ResampleWeights
  private let scratch: AlignedBuffer<Float>
  private let unitPixels: Int

  /// More weights along a row would take too much memory.
  package static let mostWeights = 4096
  /// So many pixels of a row, as floats, lie in the first-level cache.
  private static let cachedPixels = 480

  /// - Parameters:
  ///   - width: of images, in pixels; `height` likewise.
  ///   - x: at most `mostWeights` for each pixel.
  package init(width: Int, height: Int, x: ResampleWeights, y: ResampleWeights) {
    precondition(x.reach <= width && y.reach <= height, "weights of pixels that are there")
    precondition(x.count <= Self.mostWeights, "at most \(Self.mostWeights) weights")
    (self.width, self.height, self.x, self.y) = (width, height, x, y)
    unitPixels = max(x.pixelsOfFour, Self.cachedPixels)
    let rowFloats =
      (4 * x.length + KERNEL_RESAMPLE_ROW_FLOATS - 1) / KERNEL_RESAMPLE_ROW_FLOATS
      * KERNEL_RESAMPLE_ROW_FLOATS
    let rows = 6 + min(y.count, KERNEL_RESAMPLE_STEPS)
    scratch = AlignedBuffer(count: 16 * unitPixels + rows * rowFloats)
  }

  /// Makes pixels of the result of an image.
  ///
  /// - Parameters:
  ///   - pixels: rows of the image, four bytes for each pixel.
  ///   - planes: the first pixel of the result in the first of three planes.
  ///   - rowBytes: from a row of a plane to the next one; `planeBytes` from plane to plane.
  /// - Precondition: the planes have room for the result: it is not known here how much.
  package func resample(
    _ pixels: UnsafeRawBufferPointer, into planes: UnsafeMutablePointer<UInt8>, rowBytes: Int,
    planeBytes: Int, with set: InstructionSet = .current
  ) {
    precondition(pixels.count >= 4 * width * height, "all pixels of the image")
    guard x.length > 0 else { return }
    x.withKernelWeights { x in
      y.withKernelWeights { y in
        var job = kernel_resample(
          pixels: pixels.baseAddress!.assumingMemoryBound(to: UInt8.self), width: width,
          height: height, x: x, y: y, planes: planes, row_bytes: rowBytes,
          plane_bytes: planeBytes, unit_pixels: unitPixels, scratch: scratch.view.base)
        set.loops.pointee.resample(&job)
      }
    }
  }
}

extension ResampleWeights {
  fileprivate func withKernelWeights(_ body: (kernel_weights) -> Void) {
    first.withUnsafeBufferPointer { first in
      weights.withUnsafeBufferPointer { weights in
        guard let first = first.baseAddress, let weights = weights.baseAddress else { return }
        body(kernel_weights(length: length, count: count, first: first, weights: weights))
      }
    }
  }
}
