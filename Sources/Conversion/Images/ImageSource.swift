import Glibc
import HDF5

/// The images of a folder, decoded on all cores and brought to one size: (height, width) for grey,
/// (3, height, width) for colours.
final class ImageSource: PlacedRowSource {
  let path: String
  let schema: SourceSchema
  let numberCount: Int
  private let decoder: ImageDecoder
  /// Nil where all images were looked at.
  private let presumption: ImagePresumption?

  init(
    path: String, classNames: [String], _ decoder: ImageDecoder, numberCount: Int,
    presumption: ImagePresumption?
  ) {
    self.path = path
    self.decoder = decoder
    self.presumption = presumption
    self.numberCount = numberCount
    let (size, channels) = (decoder.resampler.size, decoder.resampler.channels)
    let shape = [size.height, size.width]
    schema = SourceSchema(
      featureShape: channels == 1 ? shape : [channels] + shape,
      featureType: decoder.kind.bits == 16 ? .uint16 : .uint8, isSmallestType: true,
      targetShape: [],
      targetType: classNames.count <= 256 ? .uint8 : .int32, classNames: classNames)
  }

  var rowCount: Int { decoder.images.count }

  func readTargets(
    _ body: (UnsafeRawBufferPointer) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    try readTargetBands(to: body) { rows, targets in storeLabels(of: rows, in: targets) }
  }

  private func storeLabels(of rows: Range<Int>, in targets: UnsafeMutableRawBufferPointer) {
    for (place, image) in decoder.images[rows].enumerated() {
      if schema.targetType == .uint8 {
        targets.storeBytes(of: UInt8(image.label), toByteOffset: place, as: UInt8.self)
      } else {
        targets.storeBytes(of: Int32(image.label), toByteOffset: 4 * place, as: Int32.self)
      }
    }
  }

  /// While a block of images is taken two are decoded, so that no core waits for the last images of one.
  func read(
    bandRows: Int, from place: RowPlace, in memory: FeatureMemory?,
    _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    // Pieces of few images would leave cores without one.
    let memory = memory.flatMap { $0.pieceRows < cores ? nil : $0 }
    let blockRows = memory?.pieceRows ?? max(bandRows, 2 * cores)
    do throws(ConversionError) {
      try readBands(of: blockRows, from: place.row, ahead: 2, in: memory) {
        block throws(ConversionError) in
        let end = block.firstRow + block.rows
        for first in stride(from: block.firstRow, to: end, by: bandRows) {
          let rows = first..<min(first + bandRows, end)
          var band = block.part(rows)
          band.numbers = decoder.images[rows].map(\.number)
          band.next = RowPlace(row: rows.upperBound)
          try body(band)
        }
      } filling: { [self] rows, features, targets throws(ConversionError) in
        storeLabels(of: rows, in: targets)
        try decoder.decode(rows, into: features)
      }
    } catch {
      if error == .otherKind(of: error.subject) { presumption?.isWrong = true }
      throw error
    }
  }
}
