import Settings

/// The columns of a table of JSON lines: one for each key of its objects, or for each number of a key
/// whose value is an array.
struct JSONColumns: Sendable, Equatable {
  struct Key: Sendable, Equatable {
    /// As it stands between its quotes.
    var bytes: [UInt8]
    var firstColumn: Int
    /// Nil for a single value.
    var arrayCount: Int?
  }

  private(set) var keys: [Key] = []
  private var places: [[UInt8]: Int] = [:]
  /// The columns' names.
  private(set) var names: [String] = []

  /// The place of a key, which is likely `guess`; nil for one that is not known.
  func place(_ bytes: UnsafeBufferPointer<UInt8>, guess: Int) -> Int? {
    if guess < keys.count, keys[guess].bytes.elementsEqual(bytes) { return guess }
    return places[Array(bytes)]
  }

  mutating func add(_ bytes: [UInt8], arrayCount: Int?) {
    places[bytes] = keys.count
    keys.append(Key(bytes: bytes, firstColumn: names.count, arrayCount: arrayCount))
    let name = jsonText(bytes)
    names += arrayCount.map { count in (0..<count).map { "\(name)[\($0)]" } } ?? [name]
  }
}

/// Reads an object that is a line of JSON, value by value.
///
/// A reader of its own, for none that is packaged tells where in a line a value stands without building
/// a tree of each line first.
struct JSONRecord {
  private var position: UnsafePointer<UInt8>
  private let end: UnsafePointer<UInt8>

  init(_ line: UnsafeBufferPointer<UInt8>) {
    position = line.baseAddress!
    end = position + line.count
  }

  /// Puts each value in its column's field. What is not there is empty, as what is null.
  /// - Returns: what is wrong, if anything is, and with which column.
  mutating func read(
    _ columns: JSONColumns, into fields: inout [FieldCursor.Field]
  ) -> (kind: RecordProblem.Kind, column: Int?)? {
    for column in fields.indices { fields[column] = Self.nothing }
    guard take("{") else { return (.notObject("the line is no object { … }"), nil) }
    var guess = 0
    if take("}") { return rest }
    repeat {
      guard let key = string(), take(":") else {
        return (.notObject("the line is not valid JSON"), nil)
      }
      guard let place = columns.place(key.bytes, guess: guess) else {
        return (.notObject("the object has the key \"\(key.text)\", which the first has not"), nil)
      }
      guess = place + 1
      let (known, first) = (columns.keys[place], columns.keys[place].firstColumn)
      guard known.arrayCount != nil || !starts("["), known.arrayCount == nil || starts("[") else {
        return (.notObject("the value is an array in some lines, and not in others"), first)
      }
      guard let count = known.arrayCount else {
        guard let value = value() else {
          return (.notObject("the value is no number, word or null"), first)
        }
        fields[first] = value
        continue
      }
      _ = take("[")
      for index in 0..<count {
        guard index == 0 || take(","), let value = value() else {
          return (.notObject("the array has not \(count) numbers, as the first has"), first)
        }
        fields[first + index] = value
      }
      guard take("]") else {
        return (.notObject("the array has not \(count) numbers, as the first has"), first)
      }
    } while take(",")
    guard take("}") else { return (.notObject("the line is not valid JSON"), nil) }
    return rest
  }

  /// The columns of the first line; nil where it is no object of values.
  mutating func columns() -> JSONColumns? {
    var columns = JSONColumns()
    guard take("{"), !take("}") else { return nil }
    repeat {
      guard let key = string(), take(":"), columns.place(key.bytes, guess: .max) == nil else {
        return nil
      }
      guard take("[") else {
        guard value() != nil else { return nil }
        columns.add(Array(key.bytes), arrayCount: nil)
        continue
      }
      var count = 0
      repeat {
        guard value() != nil else { return nil }
        count += 1
      } while take(",")
      guard take("]") else { return nil }
      columns.add(Array(key.bytes), arrayCount: count)
    } while take(",")
    return take("}") && rest == nil ? columns : nil
  }

  private static var nothing: FieldCursor.Field {
    FieldCursor.Field(bytes: UnsafeBufferPointer(start: nil, count: 0))
  }

  /// What is wrong behind the object.
  private var rest: (kind: RecordProblem.Kind, column: Int?)? {
    mutating get {
      skipBlanks()
      return position == end ? nil : (.notObject("text follows the object"), nil)
    }
  }

  private mutating func skipBlanks() {
    while position < end,
      position.pointee == 0x20 || position.pointee == 0x09 || position.pointee == 0x0D
    {
      position += 1
    }
  }

  private mutating func starts(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    return position < end && position.pointee == UInt8(ascii: character)
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard starts(character) else { return false }
    position += 1
    return true
  }

  private mutating func string() -> FieldCursor.Field? {
    guard take("\"") else { return nil }
    let first = position
    var hasEscapes = false
    while position < end, position.pointee != TableDialect.quote {
      if position.pointee == UInt8(ascii: "\\") {
        hasEscapes = true
        position += 1
        guard position < end else { return nil }
      }
      position += 1
    }
    guard position < end else { return nil }
    position += 1
    return FieldCursor.Field(
      bytes: UnsafeBufferPointer(start: first, count: position - 1 - first), isQuoted: true,
      hasEscapes: hasEscapes)
  }

  /// A number, a string, true, false or null, which is an empty field.
  private mutating func value() -> FieldCursor.Field? {
    if starts("\"") { return string() }
    let first = position
    while position < end, isPlain(position.pointee) { position += 1 }
    let bytes = UnsafeBufferPointer(start: first, count: position - first)
    guard let start = bytes.first else { return nil }
    if start == UInt8(ascii: "-") || (0x30...0x39).contains(start) {
      return FieldCursor.Field(bytes: bytes)
    }
    switch String(decoding: bytes, as: UTF8.self) {
    case "null": return Self.nothing
    case "true", "false": return FieldCursor.Field(bytes: bytes)
    default: return nil
    }
  }

  private func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }
}

/// What stands between the quotes of a JSON string.
func jsonText(_ bytes: some Sequence<UInt8>) -> String {
  let quoted = [TableDialect.quote] + bytes + [TableDialect.quote]
  if case .string(let text) = try? SettingValue(json5: quoted, source: "") { return text }
  return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
}
