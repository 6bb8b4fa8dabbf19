import CFastFloat
import Glibc

/// Goes through the records of a block of a table, field by field (RFC 4180).
///
/// For each record, unless it is one that `plainRecord` knows: `startRecord`, then as many `field` or
/// `number` as there are columns and fields are left, then `finishRecord`.
struct FieldCursor {
  /// A field as it stands in the text, without the quotes around it.
  struct Field {
    var bytes: UnsafeBufferPointer<UInt8>
    var isQuoted = false
    /// Whether it has quotes that are written twice.
    var hasQuotes = false
    /// Whether it has what JSON writes with a backslash.
    var hasEscapes = false

    var text: String {
      if hasEscapes { return jsonText(bytes) }
      guard hasQuotes else { return String(decoding: bytes, as: UTF8.self) }
      var content: [UInt8] = []
      var index = 0
      while index < bytes.count {
        content.append(bytes[index])
        index += bytes[index] == TableDialect.quote ? 2 : 1
      }
      return String(decoding: content, as: UTF8.self)
    }

    /// Without the spaces around.
    var trimmed: UnsafeBufferPointer<UInt8> { trimming(bytes) }
  }

  private let dialect: TableDialect
  private let columns: Int
  private let start: UnsafePointer<UInt8>
  /// Records that start before it are the block's.
  private let limit: UnsafePointer<UInt8>
  /// Of the bytes at hand.
  private let end: UnsafePointer<UInt8>
  /// Whether nothing follows: what is open at the end is never closed.
  private let isFinal: Bool
  /// Whether all of the block is UTF-8; nil until that is asked.
  private var isUTF8: Bool?
  /// Of a line of JSON: a field for each column.
  private var values: [Field] = []
  private var position: UnsafePointer<UInt8>
  private var recordStart: UnsafePointer<UInt8>
  private var fields = 0
  private var problem: RecordProblem.Kind?
  private var problemColumn: Int?
  private var lastNumber: UnsafeBufferPointer<UInt8>?

  /// Whether the record's last field was read.
  private(set) var isAtRecordEnd = false
  /// Whether the block's last record goes on behind the bytes at hand; it was not counted.
  private(set) var isIncomplete = false
  /// Records that ended, bad ones included.
  private(set) var records = 0
  private(set) var problems: [RecordProblem] = []

  /// - Parameters:
  ///   - block: the range of `bytes` in which its records start. The first one starts at its start.
  ///   - columns: fields of each record; nil for a look at the first one.
  init(
    _ bytes: UnsafeBufferPointer<UInt8>, block: Range<Int>, isFinal: Bool, dialect: TableDialect,
    columns: Int
  ) {
    self.dialect = dialect
    self.columns = columns
    start = bytes.baseAddress! + block.lowerBound
    limit = bytes.baseAddress! + block.upperBound
    end = bytes.baseAddress! + bytes.count
    self.isFinal = isFinal
    position = start
    recordStart = start
    if dialect.json != nil {
      values = Array(
        repeating: Field(bytes: UnsafeBufferPointer(start: nil, count: 0)), count: columns)
    }
  }

  /// Bytes from the block's start to where the next record starts.
  var consumed: Int { recordStart - start }

  /// Goes to the next record, past empty lines.
  /// - Returns: false when the block has no more.
  mutating func startRecord() -> Bool {
    while position < limit {
      if position.pointee == 0x0A {
        position += 1
      } else if position.pointee == 0x0D, position + 1 < end, position[1] == 0x0A {
        position += 2
      } else {
        break
      }
    }
    recordStart = position
    guard position < limit, !isIncomplete else { return false }
    fields = 0
    problem = nil
    problemColumn = nil
    isAtRecordEnd = false
    return dialect.json == nil || readObject()
  }

  /// Reads a whole record of plain numbers, none beyond a float's range, instead of `startRecord`.
  ///
  /// - Parameter places: for each column, where in `row` its number goes.
  /// - Returns: where the record ends, to which `passRecord` goes; nil for any other record.
  @inline(__always)
  func plainRecord(
    _ places: UnsafeBufferPointer<Int32>, into row: UnsafeMutablePointer<Double>
  ) -> UnsafePointer<UInt8>? {
    guard position < limit, let places = places.baseAddress else { return nil }
    return lockstep_parse_record(
      position, end, dialect.delimiter, dialect.decimalPoint, ColumnScan.greatestFloat, places,
      columns, row)
  }

  /// Ends a record that `plainRecord` read. All its bytes are ASCII.
  @inline(__always)
  mutating func passRecord(to end: UnsafePointer<UInt8>) {
    position = end
    recordStart = end
    records += 1
  }

  /// Finds the values of a line of JSON.
  /// - Returns: false where the line goes on behind the bytes at hand.
  private mutating func readObject() -> Bool {
    let found = memchr(position, 0x0A, end - position)
    guard found != nil || isFinal else { return false }
    let lineEnd = found.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) } ?? end
    var object = JSONRecord(UnsafeBufferPointer(start: position, count: lineEnd - position))
    position = found == nil ? end : lineEnd + 1
    guard let columns = dialect.json, let wrong = object.read(columns, into: &values) else {
      return true
    }
    note(wrong.kind, column: wrong.column)
    fields = self.columns
    isAtRecordEnd = true
    return true
  }

  /// Notes what is wrong with the record; the first problem counts.
  mutating func note(_ kind: RecordProblem.Kind, column: Int?) {
    if problem == nil { (problem, problemColumn) = (kind, column) }
  }

  /// Ends the record.
  /// - Returns: whether it is whole and good.
  mutating func finishRecord() -> Bool {
    while !isAtRecordEnd, !isIncomplete { _ = field() }
    if isIncomplete {
      position = recordStart
      return false
    }
    // What else seems wrong then only stands in the wrong place.
    if fields != columns { (problem, problemColumn) = (.fields(fields), nil) }
    let isUTF8 =
      isUTF8 ?? isValidUTF8(UnsafeBufferPointer(start: start, count: max(limit, position) - start))
    self.isUTF8 = isUTF8
    if !isUTF8, problem == nil,
      !isValidUTF8(UnsafeBufferPointer(start: recordStart, count: position - recordStart))
    {
      problem = .invalidUTF8
    }
    if let problem {
      problems.append(
        RecordProblem(
          kind: problem, column: problemColumn, record: records, offset: recordStart - start))
    }
    records += 1
    recordStart = position
    return problem == nil
  }

  /// Passes over all records of the block, which counts them. Their fields are not looked at.
  mutating func skipRecords() {
    guard dialect.json == nil, memchr(start, Int32(TableDialect.quote), limit - start) == nil else {
      while startRecord() { _ = finishRecord() }
      return
    }
    while startRecord() {
      let found = memchr(position, 0x0A, end - position)
      guard found != nil || isFinal else { return }
      position = found.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) + 1 } ?? end
      records += 1
      recordStart = position
    }
  }

  /// Reads a field that is a plain number.
  /// - Returns: false, with nothing read, for any other field.
  @inline(__always)
  mutating func number(_ value: inout Double) -> Bool {
    lastNumber = nil
    if dialect.json != nil { return jsonNumber(&value) }
    guard !isAtRecordEnd,
      let stop = lockstep_parse_number(position, end, dialect.decimalPoint, &value)
    else { return false }
    let first = position
    if stop == end {
      isIncomplete = !isFinal
      isAtRecordEnd = true
      position = stop
    } else if stop.pointee == dialect.delimiter {
      position = stop + 1
    } else if stop.pointee == 0x0A {
      isAtRecordEnd = true
      position = stop + 1
    } else if stop.pointee == 0x0D, stop + 1 < end, stop[1] == 0x0A {
      isAtRecordEnd = true
      position = stop + 2
    } else {
      return false
    }
    fields += 1
    lastNumber = UnsafeBufferPointer(start: first, count: stop - first)
    return true
  }

  private mutating func jsonNumber(_ value: inout Double) -> Bool {
    guard !isAtRecordEnd, !values[fields].isQuoted else { return false }
    let bytes = values[fields].bytes
    guard let first = bytes.baseAddress, !bytes.isEmpty,
      lockstep_parse_number(first, first + bytes.count, dialect.decimalPoint, &value)
        == first + bytes.count
    else { return false }
    _ = field()
    lastNumber = bytes
    return true
  }

  /// The text of the number that was just read, if one was.
  var lastField: Field? { lastNumber.map { Field(bytes: $0) } }

  /// Reads the next field, whatever it is; an empty one when the record has no more.
  mutating func field() -> Field {
    guard !isAtRecordEnd else { return Field(bytes: UnsafeBufferPointer(start: nil, count: 0)) }
    fields += 1
    if dialect.json != nil {
      isAtRecordEnd = fields == columns
      return values[fields - 1]
    }
    if position < end, position.pointee == TableDialect.quote { return quotedField() }
    let first = position
    while position < end {
      let byte = position.pointee
      if byte == dialect.delimiter {
        position += 1
        return Field(bytes: UnsafeBufferPointer(start: first, count: position - 1 - first))
      }
      if byte == 0x0A {
        position += 1
        isAtRecordEnd = true
        let last = position - 1
        let hasReturn = last > first && last[-1] == 0x0D
        return Field(
          bytes: UnsafeBufferPointer(start: first, count: last - first - (hasReturn ? 1 : 0)))
      }
      if byte == TableDialect.quote {
        return give(up: .quoteInside)
      }
      position += 1
    }
    isAtRecordEnd = true
    isIncomplete = !isFinal
    return Field(bytes: UnsafeBufferPointer(start: first, count: position - first))
  }

  private mutating func quotedField() -> Field {
    let first = position + 1
    var search = first
    var hasQuotes = false
    while let found = memchr(search, Int32(TableDialect.quote), end - search) {
      let quote = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
      let next = quote + 1
      if next < end, next.pointee == TableDialect.quote {
        hasQuotes = true
        search = next + 1
        continue
      }
      let field = Field(
        bytes: UnsafeBufferPointer(start: first, count: quote - first), isQuoted: true,
        hasQuotes: hasQuotes)
      if next == end {
        isAtRecordEnd = true
        isIncomplete = !isFinal
        position = next
      } else if next.pointee == dialect.delimiter {
        position = next + 1
      } else if next.pointee == 0x0A {
        isAtRecordEnd = true
        position = next + 1
      } else if next.pointee == 0x0D, next + 1 == end || next[1] == 0x0A {
        isAtRecordEnd = true
        isIncomplete = next + 1 == end && !isFinal
        position = min(end, next + 2)
      } else {
        position = next
        return give(up: .textAfterQuote)
      }
      return field
    }
    if !isFinal {
      isAtRecordEnd = true
      isIncomplete = true
      return Field(bytes: UnsafeBufferPointer(start: first, count: 0))
    }
    return give(up: .unclosedQuote)
  }

  /// Notes that quotes cannot be made sense of, and goes to the end of the line.
  private mutating func give(up kind: RecordProblem.Kind) -> Field {
    note(kind, column: fields - 1)
    fields = columns
    isAtRecordEnd = true
    if let found = memchr(position, 0x0A, end - position) {
      position = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) + 1
    } else {
      position = end
      isIncomplete = !isFinal
    }
    return Field(bytes: UnsafeBufferPointer(start: position, count: 0))
  }
}

/// Whether bytes are whole characters.
func isValidUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  let raw = UnsafeRawBufferPointer(bytes)
  var index = 0
  var high: UInt64 = 0
  while index + 8 <= raw.count {
    high |= raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
    index += 8
  }
  while index < raw.count {
    high |= UInt64(raw[index])
    index += 1
  }
  return high & 0x8080_8080_8080_8080 == 0 || String(validating: bytes, as: UTF8.self) != nil
}

/// Bytes without the spaces and tabs around them.
func trimming(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
  var (first, end) = (0, bytes.count)
  while first < end, bytes[first] == 0x20 || bytes[first] == 0x09 { first += 1 }
  while end > first, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
  return UnsafeBufferPointer(rebasing: bytes[first..<end])
}
