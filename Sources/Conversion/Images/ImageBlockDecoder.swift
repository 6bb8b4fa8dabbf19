import Datasets
import Dispatch

/// Decodes images, and brings them to one size, on all cores.
struct ImageBlockDecoder: Sendable {
  var images: [ImageFile]
  let kind: ImageKind
  let resampler: Resampler
  private let scratch = ScratchPool()

  /// Of an image.
  var featureBytes: Int { resampler.size.pixels * kind.channels * kind.bits / 8 }

  init(images: [ImageFile], kind: ImageKind, resampler: Resampler) {
    (self.images, self.kind, self.resampler) = (images, kind, resampler)
  }

  /// Begins to decode a block's images; `block.wait()` says when all are there.
  func start(_ block: ImageBlock) {
    let rows = block.rows
    block.group.enter()
    DispatchQueue.global().async {
      let problems = concurrentResults(rows.count) { place in
        let image = images[rows.lowerBound + place]
        block.setLabel(image.label, at: place)
        return decode(image, into: block.features(at: place))
      }
      block.failure =
        zip(rows, problems).lazy.compactMap { row, problem in
          problem.map { (images[row].path, $0) }
        }.first
      block.group.leave()
    }
  }

  /// Decodes an image.
  ///
  /// - Parameter out: (height, width) for grey images, else (3, height, width).
  /// - Returns: what is wrong with it.
  func decode(
    _ image: ImageFile, into out: UnsafeMutableRawBufferPointer
  ) -> ImageHeader.Problem? {
    do throws(ImageHeader.Problem) {
      try image.withBytes(scratch) { bytes throws(ImageHeader.Problem) in
        let encoded = try EncodedImage(bytes)
        guard kind.allows(encoded.header) else {
          throw ImageHeader.Problem(
            problem: "is another image than when it was examined",
            expected: "files that stay as they are", isOfOtherKind: true)
        }
        if encoded.header.size == resampler.size, resampler.channels == 3,
          let sampling = encoded.header.sampling
        {
          let planes = out.bindMemory(to: UInt8.self)
          try encoded.decode(sampling, intoPlanes: planes, scratch)
        } else {
          try decode(encoded, into: out)
        }
      }
      return nil
    } catch {
      return error
    }
  }

  /// Decodes an image into interleaved samples, and brings it to the size of all.
  private func decode(
    _ image: EncodedImage, into out: UnsafeMutableRawBufferPointer
  ) throws(ImageHeader.Problem) {
    let size = image.header.size
    let isOfPixels = image.header.bits == 8 && resampler.takesPixels(of: size)
    let samples = isOfPixels ? 4 : resampler.channels
    let rows = scratch.take(size.pixels * samples * (image.header.bits / 8))
    defer { scratch.give(rows) }
    try image.decode(channels: samples, into: rows, scratch)
    if isOfPixels {
      resampler.resample(
        pixels: UnsafeRawBufferPointer(rows), size, into: out.bindMemory(to: UInt8.self))
    } else if image.header.bits == 16 {
      resampler.resample(
        UnsafeBufferPointer(rows.bindMemory(to: UInt16.self)), size,
        into: out.bindMemory(to: UInt16.self))
    } else {
      resampler.resample(
        UnsafeBufferPointer(rows.bindMemory(to: UInt8.self)), size,
        into: out.bindMemory(to: UInt8.self))
    }
  }
}
