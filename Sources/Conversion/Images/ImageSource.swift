import Glibc
import HDF5

/// The images of a folder, decoded on all cores and brought to one size: (height, width) for grey,
/// (3, height, width) for colours.
final class ImageSource: PlacedRowSource {
  let path: String
  let schema: SourceSchema
  let numberCount: Int
  private let decoder: ImageBlockDecoder

  init(
    path: String, classNames: [String], bits: Int, _ decoder: ImageBlockDecoder, numberCount: Int
  ) {
    self.path = path
    self.decoder = decoder
    self.numberCount = numberCount
    let (size, channels) = (decoder.resampler.size, decoder.resampler.channels)
    let shape = [size.height, size.width]
    schema = SourceSchema(
      featureShape: channels == 1 ? shape : [channels] + shape,
      featureType: bits == 16 ? .uint16 : .uint8, isSmallestType: true, targetShape: [],
      targetType: classNames.count <= 256 ? .uint8 : .int32, classNames: classNames)
  }

  var rowCount: Int { decoder.images.count }

  func readTargets(
    _ body: (UnsafeRawBufferPointer) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let type = schema.targetType
    try readTargetBands(to: body) { rows, targets in
      for (place, image) in decoder.images[rows].enumerated() {
        targets.storeLabel(image.label, at: place, as: type)
      }
    }
  }

  /// While a block of images is taken the next one is decoded, in memory of its own.
  func read(
    bandRows: Int, from place: RowPlace, _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    guard place.row < rowCount else { return }
    // So many that no core waits long for the last images of a block.
    let blockRows = min(rowCount, max(bandRows, 8 * sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let blocks = stride(from: place.row, to: rowCount, by: blockRows).map {
      $0..<min($0 + blockRows, rowCount)
    }
    var memory = (
      ImageBlock(rows: blockRows, schema: schema), ImageBlock(rows: blockRows, schema: schema)
    )
    decoder.start(blocks[0], in: memory.1)
    for (index, block) in blocks.enumerated() {
      swap(&memory.0, &memory.1)
      let failure = memory.0.wait()
      if let failure { throw failure }
      if index + 1 < blocks.count { decoder.start(blocks[index + 1], in: memory.1) }
      do throws(ConversionError) {
        for first in stride(from: block.lowerBound, to: block.upperBound, by: bandRows) {
          let rows = first..<min(first + bandRows, block.upperBound)
          var band = memory.0.band(rows, of: block)
          band.numbers = decoder.images[rows].map(\.number)
          try body(band)
        }
      } catch {
        _ = memory.1.wait()
        throw error
      }
    }
  }
}
