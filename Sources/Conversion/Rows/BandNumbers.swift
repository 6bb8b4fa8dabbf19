import Datasets
import HDF5
import Kernels

/// The features, the targets or the weights of a band, to be searched for numbers that are not kept:
/// NaN, infinite or beyond a float's range, and weights below 0. Integers have none.
struct BandNumbers {
  private let bytes: UnsafeRawBufferPointer
  private let type: ElementType
  /// Of a row.
  private let width: Int
  /// The file to blame, and the dataset in it.
  private let path: String
  private let dataset: String?
  private var areWeights = false

  /// The features of a source's band, its targets and its weights, in this order.
  static func all(of band: SourceBand, _ source: any RowSource) -> [BandNumbers] {
    let schema = source.schema
    return [
      BandNumbers(
        bytes: band.features, type: schema.featureType, width: schema.featureWidth,
        path: source.path, dataset: source.datasets?.features),
      BandNumbers(
        bytes: band.targets, type: schema.targetType, width: schema.targetWidth,
        path: source.targetPath, dataset: source.datasets?.targets),
      band.weights.map {
        BandNumbers(
          bytes: $0, type: .float32, width: 1, path: source.path,
          dataset: source.datasets?.weights, areWeights: true)
      },
    ].compactMap { $0 }
  }

  /// The first bad number; its row is that of the band.
  var firstBad: (row: Int, column: Int)? {
    firstBad(in: bytes).map { ($0 / width, $0 % width) }
  }

  /// The first bad number of one of the band's rows.
  func badColumn(ofRow row: Int) -> Int? {
    let rowBytes = width * type.byteCount
    guard type.isFloat, (row + 1) * rowBytes <= bytes.count else { return nil }
    return firstBad(
      in: UnsafeRawBufferPointer(rebasing: bytes[row * rowBytes..<(row + 1) * rowBytes]))
  }

  private func firstBad(in bytes: UnsafeRawBufferPointer) -> Int? {
    guard areWeights else { return firstNonFinite(bytes, type: ElementCode(type)) }
    return bytes.bindMemory(to: Float.self).firstIndex { !($0 >= 0 && $0 < .infinity) }
  }

  /// The rows of the band that have bad numbers.
  var badRows: [Int] {
    guard let first = firstBad else { return [] }
    return (first.row..<bytes.count / (width * type.byteCount)).filter {
      badColumn(ofRow: $0) != nil
    }
  }

  /// The bad numbers of one of the band's rows, each looked at by itself.
  func badColumns(ofRow row: Int) -> [Int] {
    guard let first = badColumn(ofRow: row) else { return [] }
    return (first..<width).filter { column in
      let start = (row * width + column) * type.byteCount
      return firstBad(
        in: UnsafeRawBufferPointer(rebasing: bytes[start..<start + type.byteCount])) != nil
    }
  }

  /// - Parameter number: the row's, in its source.
  func error(inRow number: Int, column: Int) -> ConversionError {
    let remedy = "replace the value, or leave such rows out with --on-error skip"
    let (problem, expected) =
      areWeights
      ? ("a weight that is NaN, infinite or negative in row \(number)", "weights of 0 or more")
      : (
        "a number that is NaN, infinite or beyond a float's range in row \(number), column "
          + "\(column) (counted from 0)", "numbers"
      )
    return ConversionError(
      DatasetError(
        file: path, dataset: dataset, problem: "has \(problem)", expected: "finite \(expected)",
        remedy: remedy))
  }
}
