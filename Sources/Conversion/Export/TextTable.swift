import Datasets
import HDF5

/// Rows as lines of text (RFC 4180), numbers with as many digits as tell them apart.
struct TextTable {
  private let columns: [ExportTable.Column]

  init(_ columns: [ExportTable.Column]) {
    self.columns = columns
  }

  var header: String {
    columns.flatMap(\.fields).map(Self.quoted).joined(separator: ",") + "\n"
  }

  /// The lines of a band of rows.
  func lines(rows: Int, _ band: [UnsafeRawBufferPointer]) -> String {
    let fields = zip(columns, band).map { column, bytes in
      let texts = Self.texts(bytes, type: column.type)
      guard let words = column.words, !column.type.isFloat else { return texts }
      return texts.map { text in
        Int(text).flatMap { words.indices.contains($0) ? Self.quoted(words[$0]) : nil } ?? text
      }
    }
    var text = ""
    for row in 0..<rows {
      for (index, column) in columns.enumerated() {
        for place in row * column.width..<(row + 1) * column.width {
          if index > 0 || place > row * column.width { text += "," }
          text += fields[index][place]
        }
      }
      text += "\n"
    }
    return text
  }

  private static func texts(_ bytes: UnsafeRawBufferPointer, type: ElementType) -> [String] {
    func load<Number: CustomStringConvertible>(_: Number.Type) -> [String] {
      bytes.withMemoryRebound(to: Number.self) { $0.map(\.description) }
    }
    return switch type {
    case .int8: load(Int8.self)
    case .int16: load(Int16.self)
    case .int32: load(Int32.self)
    case .int64: load(Int64.self)
    case .uint8: load(UInt8.self)
    case .uint16: load(UInt16.self)
    case .uint32: load(UInt32.self)
    case .uint64: load(UInt64.self)
    case .float16: load(Float16.self)
    case .float32: load(Float.self)
    case .float64: load(Double.self)
    }
  }

  /// A field, in quotes where its characters ask for them.
  private static func quoted(_ field: String) -> String {
    guard field.utf8.contains(where: { [0x2C, 0x22, 0x0A, 0x0D].contains($0) }) else {
      return field
    }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
