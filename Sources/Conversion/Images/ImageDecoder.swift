import Datasets

/// Decodes images, and brings them to one size, on all cores.
struct ImageDecoder: Sendable {
  var images: [ImageFile]
  let kind: ImageKind
  let resampler: Resampler
  private let scratch = ScratchPool()

  /// Of an image.
  var featureBytes: Int { resampler.size.pixels * kind.channels * kind.bits / 8 }

  init(images: [ImageFile], kind: ImageKind, resampler: Resampler) {
    (self.images, self.kind, self.resampler) = (images, kind, resampler)
  }

  /// Decodes images of a range.
  ///
  /// - Parameter features: of all of them.
  /// - Throws: what is wrong with the first bad one.
  func decode(
    _ rows: Range<Int>, into features: UnsafeMutableRawBufferPointer
  ) throws(ConversionError) {
    nonisolated(unsafe) let features = features
    let errors = concurrentResults(rows.count) { place in
      let bytes = place * featureBytes..<(place + 1) * featureBytes
      return error(
        in: images[rows.lowerBound + place],
        decodedInto: UnsafeMutableRawBufferPointer(rebasing: features[bytes]))
    }
    if let error = errors.lazy.compactMap({ $0 }).first { throw error }
  }

  /// Decodes an image.
  ///
  /// - Parameter out: (height, width) for grey images, else (3, height, width).
  /// - Returns: what is wrong with it.
  func error(
    in image: ImageFile, decodedInto out: UnsafeMutableRawBufferPointer
  ) -> ConversionError? {
    do throws(ImageHeader.Problem) {
      let isOfKind = try image.withBytes(scratch) { bytes throws(ImageHeader.Problem) in
        let encoded = try EncodedImage(bytes)
        guard kind.allows(encoded.header) else { return false }
        if encoded.header.size == resampler.size, resampler.channels == 3,
          let sampling = encoded.header.sampling
        {
          let planes = out.bindMemory(to: UInt8.self)
          try encoded.decode(sampling, intoPlanes: planes, scratch)
        } else {
          try decode(encoded, into: out)
        }
        return true
      }
      return isOfKind ? nil : .otherKind(of: image.path)
    } catch {
      return ConversionError(image.path, error)
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

extension ConversionError {
  /// That an image is of another kind than the one that all were taken for.
  static func otherKind(of image: String) -> ConversionError {
    ConversionError(
      subject: image, problem: "is another image than when it was examined",
      expected: "files that stay as they are")
  }
}
