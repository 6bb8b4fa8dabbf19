import HDF5

/// Finds the smallest type that holds every number of a source exactly, of the same kind: integers
/// stay integers and floats stay floats.
struct SmallestType {
  private let type: ElementType
  private var least = Int.max
  private var greatest = Int.min
  private var fitsFloat = true

  init(_ type: ElementType) {
    self.type = type
  }

  /// The smallest type for the rows of all pairs, which are read for it, unless they are bytes.
  static func of(_ pairs: [IDXPair]) throws(ConversionError) -> ElementType {
    let type = pairs[0].images.header.type
    guard type.byteCount > 1, type != .float32 else { return type }
    var smallest = SmallestType(type)
    for pair in pairs {
      let file = try IDXFile(pair.images.source)
      let rowBytes = file.header.rowBytes
      let bandRows = max(1, (4 << 20) / rowBytes)
      let band = UnsafeMutableRawBufferPointer.allocate(
        byteCount: min(bandRows, file.header.rows) * rowBytes, alignment: 64)
      defer { band.deallocate() }
      for start in stride(from: 0, to: file.header.rows, by: bandRows) {
        let rows = min(bandRows, file.header.rows - start)
        let bytes = UnsafeMutableRawBufferPointer(rebasing: band[..<(rows * rowBytes)])
        try file.read(rows: rows, into: bytes)
        smallest.add(UnsafeRawBufferPointer(bytes))
      }
    }
    return smallest.result
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    switch type {
    case .int16: add(bytes.bindMemory(to: Int16.self))
    case .int32: add(bytes.bindMemory(to: Int32.self))
    case .float64:
      // NaN fits: it is refused later, with its place.
      fitsFloat =
        fitsFloat
        && bytes.bindMemory(to: Double.self).allSatisfy {
          Double(Float($0)) == $0 || $0.isNaN
        }
    default: break
    }
  }

  private mutating func add(_ values: UnsafeBufferPointer<some FixedWidthInteger>) {
    guard let low = values.min(), let high = values.max() else { return }
    least = min(least, Int(low))
    greatest = max(greatest, Int(high))
  }

  var result: ElementType {
    if type == .float64 { return fitsFloat ? .float32 : .float64 }
    guard least <= greatest else { return type }
    let ranges: [(ElementType, ClosedRange<Int>)] = [
      (.uint8, 0...255), (.int8, -128...127), (.uint16, 0...65_535), (.int16, -32_768...32_767),
    ]
    return ranges.first {
      $0.0.byteCount < type.byteCount && $0.1.contains(least) && $0.1.contains(greatest)
    }?.0 ?? type
  }

  /// Converts numbers of the source's type to the result's, which holds them exactly.
  static func convert(
    _ bytes: UnsafeRawBufferPointer, from source: ElementType, to target: ElementType,
    into out: UnsafeMutableRawBufferPointer
  ) {
    func integers<Source: FixedWidthInteger>(_: Source.Type) {
      let values = bytes.bindMemory(to: Source.self)
      func store<Target: FixedWidthInteger>(_: Target.Type) {
        let out = out.bindMemory(to: Target.self)
        for index in values.indices { out[index] = Target(truncatingIfNeeded: values[index]) }
      }
      switch target {
      case .uint8: store(UInt8.self)
      case .int8: store(Int8.self)
      case .uint16: store(UInt16.self)
      default: store(Int16.self)
      }
    }
    switch source {
    case target: out.copyMemory(from: bytes)
    case .int16: integers(Int16.self)
    case .int32: integers(Int32.self)
    default:
      let out = out.bindMemory(to: Float.self)
      for (index, value) in bytes.bindMemory(to: Double.self).enumerated() {
        out[index] = Float(value)
      }
    }
  }
}
