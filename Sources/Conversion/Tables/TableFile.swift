import CFastFloat

/// A text table, opened: how it is parted, and what its columns are called.
struct TableFile {
  var reader: TableReader
  let names: [String]
  let hasHeader: Bool
  var path: String { reader.path }

  /// As much is read to find out.
  private static let startBytes = 1 << 20

  /// - Parameter isJSON: whether rows are lines of JSON.
  init(
    _ source: SourceFile, options: TableOptions, isJSON: Bool = false
  ) throws(ConversionError) {
    let path = source.path
    let file = try source.open()
    let start = try file.read(count: Self.startBytes)
    try Self.checkText(start, path: path)
    var offset = start.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    for line in 0..<options.skippedLines {
      guard let end = start[offset...].firstIndex(of: 0x0A) else {
        throw ConversionError(
          subject: path, problem: "has \(line) lines in its first \(start.count) bytes",
          expected: "more than the \(options.skippedLines) of --skip-lines")
      }
      offset = end + 1
    }
    let rest = Array(start[offset...])
    if isJSON {
      let columns = try Self.objectColumns(of: rest, path: path)
      var dialect = TableDialect()
      dialect.json = columns
      names = columns.names
      hasHeader = true
      reader = TableReader(
        source: source, dialect: dialect, columns: names.count, dataOffset: offset)
      try checkNames()
      return
    }
    let dialect = TableDialect(
      delimiter: options.delimiter
        ?? TableDialect.delimiter(of: rest, decimalPoint: options.decimalPoint),
      decimalPoint: options.decimalPoint)
    let isWhole = start.count < Self.startBytes
    let (first, length) = try Self.firstRecord(
      of: rest, isWhole: isWhole, dialect, source)
    guard !first.isEmpty else {
      throw ConversionError(
        subject: path, problem: start.isEmpty ? "is empty" : "has no rows", expected: "a text table"
      )
    }
    let looksLikeNames = first.allSatisfy { field in
      var copy = field
      return copy.withUTF8 { number(trimming($0), dialect)?.isFinite != true }
    }
    hasHeader = options.hasHeader ?? looksLikeNames
    names = hasHeader ? first : (1...first.count).map(String.init)
    reader = TableReader(
      source: source, dialect: dialect, columns: first.count,
      dataOffset: hasHeader ? offset + length : offset)
    try checkNames()
  }

  private func checkNames() throws(ConversionError) {
    guard hasHeader else { return }
    var seen: Set<String> = []
    for (index, name) in names.enumerated() {
      guard !name.isEmpty else {
        throw ConversionError(
          subject: path, problem: "has no name for column \(index + 1) in its header",
          expected: "a name for each column",
          remedy: "give it one, or say --header no if the first line is data")
      }
      guard seen.insert(name).inserted else {
        throw ConversionError(
          subject: path, problem: "has two columns called \"\(name)\"",
          expected: "different names",
          remedy: "rename one, or say --header no if the first line is data")
      }
    }
  }

  private static func checkText(_ start: [UInt8], path: String) throws(ConversionError) {
    if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
      throw ConversionError(
        subject: path, problem: "is UTF-16", expected: "UTF-8",
        remedy: "convert it first: iconv -f UTF-16 -t UTF-8")
    }
    if let place = start.firstIndex(of: 0) {
      throw ConversionError(
        subject: path, problem: "has a null byte at offset \(place): it is no text",
        expected: "a text table, or a file of another known format")
    }
    if !start.contains(0x0A), start.contains(0x0D) {
      throw ConversionError(
        subject: path, problem: "has lines that end with carriage returns alone",
        expected: "line feeds", remedy: "convert it first: tr '\\r' '\\n'")
    }
  }

  /// The columns of the first object of JSON lines.
  private static func objectColumns(
    of bytes: [UInt8], path: String
  ) throws(ConversionError) -> JSONColumns {
    let line = bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).first {
      !$0.allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }
    let columns = line.map(Array.init)?.withUnsafeBufferPointer { line in
      var object = JSONRecord(line)
      return object.columns()
    }
    guard let columns else {
      throw ConversionError(
        subject: path, problem: line == nil ? "has no rows" : "does not start with a line of JSON",
        expected:
          "an object on each line, of numbers, words, true, false, null, and arrays of these")
    }
    return columns
  }

  /// The fields of the first record, and where the second one starts.
  private static func firstRecord(
    of bytes: [UInt8], isWhole: Bool, _ dialect: TableDialect, _ source: SourceFile
  ) throws(ConversionError) -> (fields: [String], length: Int) {
    let result: Result<([String], Int), ConversionError> = bytes.withUnsafeBufferPointer { bytes in
      guard !bytes.isEmpty else { return .success(([], 0)) }
      var cursor = FieldCursor(
        bytes, block: 0..<bytes.count, isFinal: isWhole, dialect: dialect, columns: 0)
      guard cursor.startRecord() else { return .success(([], 0)) }
      var fields: [String] = []
      while !cursor.isAtRecordEnd {
        let field = cursor.field()
        fields.append(
          field.isQuoted ? field.text : String(decoding: field.trimmed, as: UTF8.self))
      }
      _ = cursor.finishRecord()
      if cursor.isIncomplete {
        return .failure(
          ConversionError(
            subject: source.path, problem: "has a first line of more than \(bytes.count) bytes",
            expected: "a text table"))
      }
      let reader = TableReader(
        source: source, dialect: dialect, columns: fields.count, dataOffset: 0)
      if let problem = cursor.problems.first {
        if case .fields = problem.kind {
        } else {
          return .failure(reader.error(problem, names: nil))
        }
      }
      return .success((fields, cursor.consumed))
    }
    return try result.get()
  }
}

/// The number that bytes are, spaces around them aside; nil where they are none.
func number(_ bytes: UnsafeBufferPointer<UInt8>, _ dialect: TableDialect) -> Double? {
  guard var start = bytes.baseAddress else { return nil }
  let end = start + bytes.count
  // fast_float follows std::from_chars, which knows no plus.
  if bytes.count > 1, start.pointee == UInt8(ascii: "+"), start[1] != UInt8(ascii: "-") {
    start += 1
  }
  var value = 0.0
  return lockstep_parse_number(start, end, dialect.decimalPoint, &value) == end ? value : nil
}
