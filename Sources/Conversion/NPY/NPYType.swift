import HDF5

/// The type of the numbers of an NPY file: NumPy's `dtype.str`, such as "<f4".
struct NPYType: Equatable {
  /// What the numbers are in this program; truth values are bytes of 0 and 1.
  let element: ElementType
  let order: ByteOrder
  let isBoolean: Bool

  init(_ descriptor: PythonLiteral?, path: String) throws(ConversionError) {
    guard case .string(let text)? = descriptor else {
      throw ConversionError(
        subject: path,
        problem: descriptor == nil
          ? "has no descr in its header, which names its type"
          : "is a structured array, each row a record of several types",
        expected: Self.expected,
        remedy: descriptor == nil
          ? nil
          : "save its numbers alone: numpy.lib.recfunctions.structured_to_unstructured(array)")
    }
    let letters = Array(text)
    let marks: [Character: ByteOrder] = [
      "<": .littleEndian, ">": .bigEndian, "=": .native, "|": .native,
    ]
    let mark = letters.first.flatMap { marks[$0] }
    let code = String(letters.dropFirst(mark == nil ? 0 : 1))
    guard let type = Self.types[code] else {
      throw ConversionError(
        subject: path,
        problem: "has values of the type \(text.debugDescription)\(Self.words(code))",
        expected: Self.expected, remedy: Self.remedy(code))
    }
    element = type
    order = mark ?? .native
    isBoolean = code == "b1"
  }

  private static let expected = "numbers: integers, floats of 2, 4 or 8 bytes, or truth values"

  private static let types: [String: ElementType] = [
    "b1": .uint8, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8,
    "u2": .uint16, "u4": .uint32, "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64,
  ]

  private static func words(_ code: String) -> String {
    switch code.first {
    case "O": ", Python objects in a pickle, which can run any program and is never opened"
    case "S", "U": ", text"
    case "c": ", complex numbers"
    case "M", "m": ", times"
    case "f": ", extended floats"
    default: ""
    }
  }

  private static func remedy(_ code: String) -> String {
    switch code.first {
    case "O": "save it as numbers: np.save(file, array.astype(\"float32\"))"
    case "S", "U": "number the classes: np.unique(array, return_inverse=True)[1]"
    case "c": "save real and imaginary parts as features of their own"
    default: "save it as numbers: np.save(file, array.astype(\"float64\"))"
    }
  }
}
