import HDF5

/// Finds the smallest type that holds every number of a source exactly, of the same kind: integers
/// stay integers and floats stay floats.
struct SmallestType {
  private let type: ElementType
  private var least = Int.max
  private var greatest = Int.min
  private var fitsInt = true
  private var fitsFloat = true

  init(_ type: ElementType) {
    self.type = type
  }

  /// The smallest types for the rows of all sources, which are read for it, unless that is known.
  static func of(
    _ sources: [any RowSource], _ progress: ProgressReporter
  ) throws(ConversionError) -> (features: ElementType, targets: ElementType) {
    let schema = sources[0].schema
    var features = SmallestType(schema.featureType)
    var targets = SmallestType(schema.targetType)
    guard !schema.isSmallestType, features.shrinks || targets.shrinks else {
      return (schema.featureType, schema.targetType)
    }
    let pass = PassProgress(.examining, over: sources, to: progress)
    for source in sources {
      pass.begin(source.path)
      if features.shrinks {
        try source.read(bandRows: schema.bandRows) { band in
          features.add(band.features)
          targets.add(band.targets)
          pass.advance(to: band.firstRow + band.rows)
        }
      } else {
        var rows = 0
        try source.readTargets {
          targets.add($0)
          rows += $0.count / schema.targetBytes
          pass.advance(to: rows)
        }
      }
      pass.end(at: source.rowCount)
    }
    return (features.result, targets.result)
  }

  /// Whether there is a smaller type of the kind.
  private var shrinks: Bool { type.isFloat ? type == .float64 : type.byteCount > 1 }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    switch type {
    case .int16: add(bytes, Int16.self)
    case .int32: add(bytes, Int32.self)
    case .int64: add(bytes, Int64.self)
    case .uint16: add(bytes, UInt16.self)
    case .uint32: add(bytes, UInt32.self)
    case .uint64: add(bytes, UInt64.self)
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

  private mutating func add<Number: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _: Number.Type
  ) {
    let values = bytes.bindMemory(to: Number.self)
    guard let low = values.min(), let high = values.max() else { return }
    least = min(least, Int(clamping: low))
    greatest = max(greatest, Int(clamping: high))
    fitsInt = fitsInt && Int(exactly: high) != nil
  }

  var result: ElementType {
    if type == .float64 { return fitsFloat ? .float32 : .float64 }
    guard least <= greatest, fitsInt else { return type }
    return Self.integer(holding: least...greatest, below: type.byteCount) ?? type
  }

  /// The smallest integer type, of less than so many bytes, that holds a range of numbers.
  static func integer(holding range: ClosedRange<Int>, below byteCount: Int) -> ElementType? {
    let ranges: [(ElementType, ClosedRange<Int>)] = [
      (.uint8, 0...255), (.int8, -128...127), (.uint16, 0...65_535), (.int16, -32_768...32_767),
      (.uint32, 0...4_294_967_295), (.int32, -2_147_483_648...2_147_483_647),
      (.int64, .min ... .max),
    ]
    return ranges.first {
      $0.0.byteCount < byteCount && $0.1.contains(range.lowerBound)
        && $0.1.contains(range.upperBound)
    }?.0
  }

  /// Converts numbers to a type that holds them exactly.
  ///
  /// - Parameter memory: where they go, if they are not of that type already.
  static func convert(
    _ bytes: UnsafeRawBufferPointer, from source: ElementType, to target: ElementType,
    in memory: UnsafeMutableRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    guard source != target else { return bytes }
    let count = bytes.count / source.byteCount
    let out = UnsafeMutableRawBufferPointer(rebasing: memory[..<(count * target.byteCount)])
    convert(bytes, from: source, to: target, into: out)
    return UnsafeRawBufferPointer(out)
  }

  /// Converts numbers of the source's type to the result's, which holds them exactly.
  private static func convert(
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
      case .int16: store(Int16.self)
      case .uint32: store(UInt32.self)
      default: store(Int32.self)
      }
    }
    switch source {
    case target: out.copyMemory(from: bytes)
    case .int16: integers(Int16.self)
    case .int32: integers(Int32.self)
    case .int64: integers(Int64.self)
    case .uint16: integers(UInt16.self)
    case .uint32: integers(UInt32.self)
    case .uint64: integers(UInt64.self)
    default:
      let out = out.bindMemory(to: Float.self)
      for (index, value) in bytes.bindMemory(to: Double.self).enumerated() {
        out[index] = Float(value)
      }
    }
  }
}
