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

  /// While a block of images is taken the next ones are decoded, each in memory of its own: two of
  /// them, so that no core waits for the last images of a block.
  func read(
    bandRows: Int, from place: RowPlace, _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    guard place.row < rowCount else { return }
    let blockRows = min(rowCount, max(bandRows, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let blocks = stride(from: place.row, to: rowCount, by: blockRows).map {
      $0..<min($0 + blockRows, rowCount)
    }
    let ahead = 2
    let memory = (0...min(ahead, blocks.count - 1)).map { _ in
      ImageBlock(rows: blockRows, schema: schema)
    }
    defer { for block in memory { _ = block.wait() } }
    func start(_ index: Int) {
      guard index < blocks.count else { return }
      decoder.start(blocks[index], in: memory[index % memory.count])
    }
    for index in 0..<ahead { start(index) }
    for (index, block) in blocks.enumerated() {
      let images = memory[index % memory.count]
      if let failure = images.wait() { throw failure }
      start(index + ahead)
      for first in stride(from: block.lowerBound, to: block.upperBound, by: bandRows) {
        let rows = first..<min(first + bandRows, block.upperBound)
        var band = images.band(rows, of: block)
        band.numbers = decoder.images[rows].map(\.number)
        try body(band)
      }
    }
  }
}
