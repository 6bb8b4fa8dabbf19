import HDF5

/// The start of an NPY file: \x93NUMPY, a version of two bytes, the length of the text that follows,
/// and that text, a Python dictionary of `descr` (the type), `fortran_order` and `shape`. The values
/// follow.
struct NPYHeader: Equatable {
  let type: NPYType
  /// (rows, …row shape)
  let shape: [Int]
  /// Whether the first index moves fastest: all rows of a column follow one another.
  let isFortranOrder: Bool
  /// Where the values start.
  let length: Int
  private let size: ArraySize

  var byteCount: Int { size.byteCount }
  var rowBytes: Int { size.rowBytes }
  var rows: Int { shape[0] }
  var rowShape: [Int] { Array(shape.dropFirst()) }

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// NumPy writes at most a few hundred bytes for numbers.
  private static let mostTextBytes = 1 << 16

  /// Reads the header, and leaves the reader at the first value.
  init(_ reader: any ByteReader) throws(ConversionError) {
    let path = reader.path
    let start = try reader.read(count: Self.magic.count + 2)
    guard start.starts(with: Self.magic), start.count == Self.magic.count + 2 else {
      throw ConversionError(
        subject: path,
        problem: start.isEmpty ? "is empty" : "does not start as an NPY file does",
        expected: "\\x93NUMPY and a version", remedy: "write it by numpy.save")
    }
    let version = start[Self.magic.count]
    guard (1...3).contains(version), start[Self.magic.count + 1] == 0 else {
      throw ConversionError(
        subject: path,
        problem: "has version \(version).\(start[Self.magic.count + 1]) of the NPY format",
        expected: "1.0, 2.0 or 3.0", remedy: "write it anew by numpy.save")
    }
    let lengthBytes = try reader.read(count: version == 1 ? 2 : 4)
    let textBytes = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard textBytes <= Self.mostTextBytes else {
      throw ConversionError(
        subject: path, problem: "declares a header of \(textBytes) bytes",
        expected: "at most \(Self.mostTextBytes)", remedy: "the file is damaged: get it again")
    }
    let text = try reader.read(count: textBytes)
    guard text.count == textBytes, lengthBytes.count == (version == 1 ? 2 : 4) else {
      throw ConversionError(
        subject: path, problem: "ends within its header",
        remedy: "the file is cut short: get it again")
    }
    try self.init(
      text: text, length: start.count + lengthBytes.count + textBytes, path: path)
  }

  init(text: [UInt8], length: Int, path: String) throws(ConversionError) {
    let items = try Self.items(text, path: path)
    type = try NPYType(items["descr"], path: path)
    guard case .boolean(let isFortranOrder)? = items["fortran_order"] else {
      throw Self.damaged(path, "has no fortran_order of True or False in its header")
    }
    self.isFortranOrder = isFortranOrder
    guard case .sequence(let sizes)? = items["shape"] else {
      throw Self.damaged(path, "has no shape in its header")
    }
    var shape: [Int] = []
    for side in sizes {
      guard case .integer(let extent) = side, extent >= 0 else {
        throw Self.damaged(path, "has a shape in its header that is not of sizes")
      }
      shape.append(extent)
    }
    guard !shape.isEmpty else {
      throw ConversionError(
        subject: path, problem: "holds a single number", expected: "an array of rows")
    }
    self.shape = shape
    self.length = length
    size = try ArraySize(shape, of: type.element, path: path)
  }

  private static func items(
    _ text: [UInt8], path: String
  ) throws(ConversionError) -> [String: PythonLiteral] {
    let literal: PythonLiteral
    do throws(PythonLiteral.Failure) {
      literal = try PythonLiteral(text)
    } catch {
      throw damaged(path, "has a header that \(error.problem), at its byte \(error.offset)")
    }
    guard case .dictionary(let items) = literal else {
      throw damaged(path, "has a header that is no dictionary")
    }
    return items
  }

  private static func damaged(_ path: String, _ problem: String) -> ConversionError {
    ConversionError(
      subject: path, problem: problem, remedy: "the file is damaged: get it again")
  }
}
