import TestSupport
import Testing

@testable import HDF5

@Suite struct ConversionTests {
  @Test func `every half float has the value of its bits`() {
    for bits in UInt16.min...UInt16.max {
      let value = HalfFloat.float(bits)
      let sign: Float = bits & 0x8000 == 0 ? 1 : -1
      let exponent = Int(bits >> 10 & 31)
      let fraction = Float(bits & 1023)
      switch (exponent, fraction) {
      case (31, 0): #expect(value == sign * .infinity)
      case (31, _): #expect(value.isNaN)
      case (0, _): #expect(value == sign * fraction / 16_777_216)
      default:
        #expect(
          value == sign * Float(sign: .plus, exponent: exponent - 25, significand: fraction + 1024))
      }
      #expect((value.sign == .minus) == (sign == -1))
    }
  }

  /// The extremes of a type, and whether they survive the way into another and back.
  private static func survives(_ source: ElementType, in target: ElementType) -> Bool {
    func bits(_ type: ElementType) -> (precision: Int, top: Int, isSigned: Bool) {
      switch type {
      case .float16: (11, 16, true)
      case .float32: (24, 128, true)
      case .float64: (53, 1024, true)
      default:
        (
          8 * type.byteCount - (type.isSigned ? 1 : 0),
          8 * type.byteCount - (type.isSigned ? 1 : 0),
          type.isSigned
        )
      }
    }
    let (from, to) = (bits(source), bits(target))
    return (target.isFloat || !source.isFloat) && from.precision <= to.precision
      && from.top <= to.top && (to.isSigned || !from.isSigned)
  }

  @Test(arguments: ElementType.allCases, ElementType.allCases)
  func `a type holds another where no value is lost`(source: ElementType, target: ElementType) {
    #expect(target.holdsEvery(source) == Self.survives(source, in: target))
  }

  private func stored<T: Element>(_ values: [T]) throws -> Dataset {
    let folder = TemporaryDirectory()
    let dataset = try File(creating: folder.file("a.h5")).createDataset(
      "x", T.elementType, shape: [values.count], byteOrder: .bigEndian)
    try dataset.write(values)
    return dataset
  }

  @Test func `wider types are read exactly`() throws {
    #expect(try stored([Int8.min, .max]).values(as: Int.self) == [-128, 127])
    #expect(try stored([UInt8.max]).values(as: Float16.self) == [255])
    #expect(try stored([Int16.min, .max]).values(as: Float.self) == [-32768, 32767])
    #expect(try stored([UInt32.max]).values(as: Int64.self) == [4_294_967_295])
    #expect(try stored([UInt32.max]).values(as: UInt.self) == [4_294_967_295])
    #expect(try stored([Int32.min]).values(as: Double.self) == [-2_147_483_648])
    #expect(try stored([Float16(0.1)]).values(as: Double.self) == [Double(Float16(0.1))])
    #expect(try stored([Float.leastNonzeroMagnitude]).values(as: Double.self) == [0x1p-149])
    #expect(try stored([UInt64.max]).values(as: UInt.self) == [UInt.max])
  }

  @Test func `narrower types are refused before a value could change`() throws {
    #expect(
      failure { _ = try stored([Int64(1)]).values(as: Int32.self) }?.problem
        == "holds int64 (big-endian); int32, or what fits it, was expected")
    #expect(throws: HDF5Error.self) { try stored([UInt64(1)]).values(as: Int.self) }
    #expect(throws: HDF5Error.self) { try stored([Int8(1)]).values(as: UInt16.self) }
    #expect(throws: HDF5Error.self) { try stored([Int32(1)]).values(as: Float.self) }
    #expect(throws: HDF5Error.self) { try stored([1.0]).values(as: Float.self) }
    #expect(throws: HDF5Error.self) { try stored([Float(1)]).values(as: Int.self) }
  }

  @Test func `memory is read and written in the stored type only`() throws {
    let dataset = try stored([Int16(1), 2])
    #expect(
      failure { _ = try read(dataset, as: .int32, count: 2) }?.problem
        == "holds int16 (big-endian); int32 was expected")
    #expect(
      failure { try dataset.write([Int8(1), 2]) }?.problem
        == "holds int16 (big-endian); int8 cannot be written to it")
  }
}
