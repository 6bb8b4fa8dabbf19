import HDF5
import Kernels
import TestSupport

@testable import Datasets

/// A small dataset file of Lockstep's: 2×3 features, row r of a split starting with r.
struct SmallDataset {
  var featureType = ElementType.uint8
  var rows: [SplitName: Int] = [.train: 50, .test: 7]
  var storage = StorageOptions(chunkBytes: 48)
  var information = DatasetInformation(classCount: 3, classNames: ["a", "b", "c"])
  var bandRows = 11
  var pastCache = false
  /// Where features are made in the writer's memory, how many pieces are asked for before the first is
  /// appended; nil where they are not.
  var piecesAhead: Int?

  /// Stored feature `index` of row `row`: whole numbers that every type holds.
  static func feature(_ row: Int, _ index: Int) -> Int { (row * 7 + index * 3) % 120 }
  static func label(_ row: Int) -> Int { row % 3 }
  static func weight(_ row: Int) -> Float { Float(row % 4) / 2 }
  static func number(_ row: Int) -> Int { 1000 - row }

  func write(_ path: String) throws {
    let schema = DatasetSchema(
      featureShape: [2, 3], featureType: featureType, targetType: .int16, hasWeights: true,
      rows: rows)
    let writer = try DatasetWriter(
      path: path, schema: schema, storage: storage, replacingExisting: false, keptAt: nil,
      pastCache: pastCache)
    for (split, count) in rows {
      if let piecesAhead {
        try writeMaking(count, to: split, by: writer, piecesAhead)
        continue
      }
      for start in stride(from: 0, to: count, by: bandRows) {
        let band = start..<min(start + bandRows, count)
        try features(band).withUnsafeBytes { try append($0, band, to: split, by: writer) }
      }
    }
    try writer.finish(information)
  }

  private func features(_ rows: Range<Int>) -> [UInt8] {
    rows.flatMap { row in
      (0..<6).flatMap { bytes(of: Self.feature(row, $0), as: featureType) }
    }
  }

  private func append(
    _ features: UnsafeRawBufferPointer, _ rows: Range<Int>, to split: SplitName,
    by writer: DatasetWriter
  ) throws {
    try rows.map { Int16(Self.label($0)) }.withUnsafeBytes { targets in
      try writer.append(
        to: split, features: features, targets: targets, weights: rows.map(Self.weight),
        rowNumbers: rows.map(Self.number))
    }
  }

  /// Makes features in the writer's memory, and appends each piece in two bands, once others were made.
  private func writeMaking(
    _ count: Int, to split: SplitName, by writer: DatasetWriter, _ ahead: Int
  ) throws {
    var made: [(rows: Range<Int>, features: UnsafeRawBufferPointer)] = []
    var row = 0
    while row < count || !made.isEmpty {
      if row < count {
        let piece = try writer.featureMemory(of: split, row: row)
        let rows = row..<row + piece.count / (6 * featureType.byteCount)
        piece.copyBytes(from: features(rows))
        made.append((rows, UnsafeRawBufferPointer(piece)))
        row = rows.upperBound
        if made.count <= ahead { continue }
      }
      let (rows, features) = made.removeFirst()
      let middle = rows.lowerBound + rows.count / 3
      let bytes = (middle - rows.lowerBound) * 6 * featureType.byteCount
      try append(
        UnsafeRawBufferPointer(rebasing: features[..<bytes]), rows.lowerBound..<middle, to: split,
        by: writer)
      try append(
        UnsafeRawBufferPointer(rebasing: features[bytes...]), middle..<rows.upperBound, to: split,
        by: writer)
    }
  }
}

/// A whole number as it is stored.
func bytes(of value: Int, as type: ElementType) -> [UInt8] {
  func bytes<Number>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number) { Array($0) } }
  return switch type {
  case .int8: bytes(Int8(value))
  case .int16: bytes(Int16(value))
  case .int32: bytes(Int32(value))
  case .int64: bytes(Int64(value))
  case .uint8: bytes(UInt8(value))
  case .uint16: bytes(UInt16(value))
  case .uint32: bytes(UInt32(value))
  case .uint64: bytes(UInt64(value))
  case .float16: bytes(Float16(value))
  case .float32: bytes(Float(value))
  case .float64: bytes(Double(value))
  }
}

extension ResidentRows {
  func features(_ rows: [Int32], _ normalization: Normalization = .none) -> [Float] {
    let out = AlignedBuffer<Float>(count: rows.count * featureCount)
    rows.withUnsafeBufferPointer {
      gather($0, scaling: FeatureScaling(normalization), into: out.view)
    }
    return Array(out.pointer)
  }

  func labels(_ rows: [Int32]) -> [Int32] {
    let out = AlignedBuffer<Int32>(count: rows.count)
    rows.withUnsafeBufferPointer { gatherClasses($0, into: out.pointer) }
    return Array(out.pointer)
  }

  func values(_ rows: [Int32]) -> [Float] {
    let out = AlignedBuffer<Float>(count: rows.count * targets.outputs)
    rows.withUnsafeBufferPointer { gatherValues($0, into: out.view) }
    return Array(out.pointer)
  }

  func sampleWeights(_ rows: [Int32]) -> [Float] {
    let out = AlignedBuffer<Float>(count: rows.count)
    rows.withUnsafeBufferPointer { gatherWeights($0, into: out.view) }
    return Array(out.pointer)
  }
}
