extension Reference {
  package static func gather(
    from base: UnsafeRawPointer, type: ElementCode, rowWidth: Int,
    indices: UnsafeBufferPointer<Int32>, scale: Gather.ScaleShift, into out: FloatView
  ) {
    for r in 0..<indices.count {
      for c in 0..<rowWidth {
        let place = (Int(indices[r]) * rowWidth + c) * type.byteCount
        let value = element(base + place, type)
        out[r * rowWidth + c] =
          switch scale {
          case .none: value
          case .uniform(let scale, let shift):
            Float(
              Double(value) * Double(scale) + Double(shift))
          case .perFeature(let scale, let shift):
            Float(
              Double(value) * Double(scale[c]) + Double(shift[c]))
          }
      }
    }
  }

  private static func element(_ place: UnsafeRawPointer, _ type: ElementCode) -> Float {
    switch type {
    case .uint8: Float(place.load(as: UInt8.self))
    case .int8: Float(place.load(as: Int8.self))
    case .uint16: Float(place.loadUnaligned(as: UInt16.self))
    case .int16: Float(place.loadUnaligned(as: Int16.self))
    case .uint32: Float(place.loadUnaligned(as: UInt32.self))
    case .int32: Float(place.loadUnaligned(as: Int32.self))
    case .uint64: Float(place.loadUnaligned(as: UInt64.self))
    case .int64: Float(place.loadUnaligned(as: Int64.self))
    case .float16: half(place.loadUnaligned(as: UInt16.self))
    case .float32: place.loadUnaligned(as: Float.self)
    case .float64: Float(place.loadUnaligned(as: Double.self))
    }
  }

  /// IEEE 754 binary16, by its definition.
  private static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 31)
    let fraction = Float(bits & 1023)
    return switch exponent {
    case 0: sign * fraction * 0x1p-24
    case 31: fraction == 0 ? sign * .infinity : .nan
    default: sign * Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
    }
  }
}
