/// A Swift number that datasets and attributes can be read into and written from.
public protocol Element: BitwiseCopyable, Sendable {
  static var elementType: ElementType { get }

  /// Traps on a value that does not fit; only called after `ElementType.holdsEvery`.
  init(_ value: Int64)

  /// Rounds; only called after `ElementType.holdsEvery`.
  init(_ value: Double)
}

extension Int8: Element { public static var elementType: ElementType { .int8 } }
extension Int16: Element { public static var elementType: ElementType { .int16 } }
extension Int32: Element { public static var elementType: ElementType { .int32 } }
extension Int64: Element { public static var elementType: ElementType { .int64 } }
extension Int: Element { public static var elementType: ElementType { .int64 } }
extension UInt8: Element { public static var elementType: ElementType { .uint8 } }
extension UInt16: Element { public static var elementType: ElementType { .uint16 } }
extension UInt32: Element { public static var elementType: ElementType { .uint32 } }
extension UInt64: Element { public static var elementType: ElementType { .uint64 } }
extension UInt: Element { public static var elementType: ElementType { .uint64 } }
extension Float16: Element { public static var elementType: ElementType { .float16 } }
extension Float: Element { public static var elementType: ElementType { .float32 } }
extension Double: Element { public static var elementType: ElementType { .float64 } }
