import HDF5
import Kernels

/// Makes class indices of stored targets, and refuses those that are none.
struct LabelDecoder {
  let column: Column
  let form: TargetForm
  /// Classes are numbered below this; nil while that is not known.
  let classes: Int?

  /// Calls `use` with each row of `bytes` and its class.
  ///
  /// - Parameter start: the first row's number.
  func decode(
    _ bytes: UnsafeRawBufferPointer, from start: Int, _ use: (Int, Int32) -> Void
  ) throws(DatasetError) {
    let width = column.width
    let values = doubles(bytes)
    for row in 0..<values.count / width {
      let label: Double
      if form == .oneHot {
        guard let place = oneHotPlace(values[row * width..<(row + 1) * width]) else {
          throw column.error(
            "has no class in row \(start + row)", expected: "a single 1 among zeros",
            remedy: "use --task regression for targets that are no classes")
        }
        label = Double(place)
      } else {
        label = values[row]
      }
      guard label >= 0, label < Double(classes ?? TargetSchema.mostClasses),
        label == label.rounded()
      else {
        throw column.error(
          "has the label \(label.text) in row \(start + row)",
          expected: "a class from 0 to \((classes ?? TargetSchema.mostClasses) - 1)",
          remedy: classes == nil ? "use --task regression for targets that are no classes" : nil)
      }
      use(start + row, Int32(label))
    }
  }

  /// Whether every row of `bytes` is a single one among zeros.
  func areOneHot(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let width = column.width
    let values = doubles(bytes)
    return (0..<values.count / width).allSatisfy { row in
      oneHotPlace(values[row * width..<(row + 1) * width]) != nil
    }
  }

  private func oneHotPlace(_ row: ArraySlice<Double>) -> Int? {
    var place: Int?
    for (index, value) in row.enumerated() where value != 0 {
      guard value == 1, place == nil else { return nil }
      place = index
    }
    return place
  }

  /// All stored types but the 64-bit integers are exact as doubles, and those round to doubles
  /// that are no classes either.
  private func doubles(_ bytes: UnsafeRawBufferPointer) -> [Double] {
    func load<Number>(_: Number.Type, _ convert: (Number) -> Double) -> [Double] {
      bytes.withMemoryRebound(to: Number.self) { $0.map(convert) }
    }
    return switch column.type {
    case .int8: load(Int8.self) { Double($0) }
    case .int16: load(Int16.self) { Double($0) }
    case .int32: load(Int32.self) { Double($0) }
    case .int64: load(Int64.self) { Double($0) }
    case .uint8: load(UInt8.self) { Double($0) }
    case .uint16: load(UInt16.self) { Double($0) }
    case .uint32: load(UInt32.self) { Double($0) }
    case .uint64: load(UInt64.self) { Double($0) }
    case .float16: load(Float16.self) { Double($0) }
    case .float32: load(Float.self) { Double($0) }
    case .float64: load(Double.self) { $0 }
    }
  }
}
