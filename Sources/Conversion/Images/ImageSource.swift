import Glibc
import HDF5

/// The images of a folder, decoded on all cores and brought to one size: (height, width) for grey,
/// (3, height, width) for colours.
final class ImageSource: PlacedRowSource {
  let path: String
  let schema: SourceSchema
  let numberCount: Int
  private let decoder: ImageBlockDecoder
  /// Nil where all images were looked at.
  private let presumption: ImagePresumption?

  init(
    path: String, classNames: [String], _ decoder: ImageBlockDecoder, numberCount: Int,
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
    let type = schema.targetType
    try readTargetBands(to: body) { rows, targets in
      for (place, image) in decoder.images[rows].enumerated() {
        targets.storeLabel(image.label, at: place, as: type)
      }
    }
  }

  /// While a block of images is taken the next ones are decoded: two of them, so that no core waits for
  /// the last images of a block.
  func read(
    bandRows: Int, from place: RowPlace, in memory: FeatureMemory?,
    _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    // Pieces of few images would leave cores without one.
    let memory = memory.flatMap { $0.pieceRows < cores ? nil : $0 }
    let blockRows = min(rowCount, memory?.pieceRows ?? max(bandRows, 2 * cores))
    let blocks = (0..<3).map { _ in
      ImageBlock(rows: blockRows, schema: schema, hasFeatures: memory == nil)
    }
    defer { for block in blocks { _ = block.wait() } }
    var (taken, started) = (place.row, place.row)
    func start(_ block: ImageBlock) throws(ConversionError) {
      guard started < rowCount else { return }
      let rows = started..<min(started + blockRows, rowCount)
      block.begin(with: rows, in: try memory?.piece(started))
      decoder.start(block)
      started = block.rows.upperBound
    }
    for block in blocks.dropLast() { try start(block) }
    var turn = 0
    while taken < rowCount {
      let block = blocks[turn % blocks.count]
      if let (path, problem) = block.wait() {
        if problem.isOfOtherKind { presumption?.isWrong = true }
        throw ConversionError(path, problem)
      }
      try start(blocks[(turn + blocks.count - 1) % blocks.count])
      try handOut(block, bandRows: bandRows, body)
      (taken, turn) = (block.rows.upperBound, turn + 1)
    }
  }

  private func handOut(
    _ block: ImageBlock, bandRows: Int, _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    for first in stride(from: block.rows.lowerBound, to: block.rows.upperBound, by: bandRows) {
      let rows = first..<min(first + bandRows, block.rows.upperBound)
      var band = block.band.part(rows)
      band.numbers = decoder.images[rows].map(\.number)
      band.next = RowPlace(row: rows.upperBound)
      try body(band)
    }
  }
}
