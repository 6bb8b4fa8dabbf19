import Datasets
import Dispatch

/// Decodes images, and brings them to one size, on all cores.
struct ImageBlockDecoder: Sendable {
  let images: [ImageFile]
  let resampler: Resampler
  private let scratch = ScratchPool()

  init(images: [ImageFile], resampler: Resampler) {
    self.images = images
    self.resampler = resampler
  }

  /// Begins to decode images; `block.wait()` says when all are there.
  func start(_ rows: Range<Int>, in block: ImageBlock) {
    block.group.enter()
    DispatchQueue.global().async {
      let problems = concurrentResults(rows.count) { index in
        decode(images[rows.lowerBound + index], place: index, in: block)
      }
      block.failure =
        zip(rows, problems).lazy.compactMap { row, problem in
          problem.map { ConversionError(images[row].path, $0) }
        }.first
      block.group.leave()
    }
  }

  private func decode(
    _ image: ImageFile, place: Int, in block: ImageBlock
  ) -> ImageHeader.Problem? {
    block.setLabel(image.label, at: place)
    let size = ImageSize(width: image.header.width, height: image.header.height)
    do throws(ImageHeader.Problem) {
      if size == resampler.size, resampler.channels == 3, let sampling = image.header.sampling {
        let planes = block.features(at: place).bindMemory(to: UInt8.self)
        try image.decode(sampling, intoPlanes: planes, scratch)
      } else {
        try decode(image, size, into: block.features(at: place))
      }
      return nil
    } catch {
      return error
    }
  }

  /// Decodes an image into interleaved samples, and brings it to the size of all.
  private func decode(
    _ image: ImageFile, _ size: ImageSize, into out: UnsafeMutableRawBufferPointer
  ) throws(ImageHeader.Problem) {
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
