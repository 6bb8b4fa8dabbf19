/// Turns records of a table into rows of numbers: values, indices of categories and classes, and what
/// splits go by, each at a place of its own.
struct RowDecoder: Sendable {
  /// What becomes of a column.
  enum Action: Sendable {
    case skip
    /// `isRequired`: whether a missing value is a problem; otherwise it is NaN.
    case number(Int, isRequired: Bool)
    case boolean(Int, isRequired: Bool)
    case category(Int, [String: Double], isRequired: Bool)
    case className(Int, [String: Double])
    case listedClass(Int, [Double: Double])
    case numberedClass(Int, count: Double)
    /// A number that stands for the text, whatever it is.
    case group(Int)
    case time(Int)
  }

  /// One for each column of the table, in its order.
  let actions: [Action]
  let missing: MissingWords
  let dialect: TableDialect
  /// Where the number of each column goes, if all columns are numbers; else nil.
  private let plainPlaces: [Int32]?
  /// Where numbers of classes go, and below what they are.
  private let plainClasses: [(place: Int, count: Double)]

  /// Whether `decodePlain` can read any record.
  var hasPlainRecords: Bool { plainPlaces != nil }

  init(actions: [Action], missing: MissingWords, dialect: TableDialect) {
    self.actions = actions
    self.missing = missing
    self.dialect = dialect
    var places: [Int32] = []
    var classes: [(place: Int, count: Double)] = []
    for action in actions {
      switch action {
      case .number(let place, _): places.append(Int32(place))
      case .numberedClass(let place, let count):
        places.append(Int32(place))
        classes.append((place, count))
      default: break
      }
    }
    plainPlaces = dialect.json == nil && places.count == actions.count ? places : nil
    plainClasses = classes
  }

  /// Reads a record of plain numbers alone to their places of a row, in a fraction of the time that
  /// `decode` takes.
  /// - Returns: false, with nothing read, for any other record, and for one that has something wrong.
  @inline(__always)
  func decodePlain(_ cursor: inout FieldCursor, into row: UnsafeMutablePointer<Double>) -> Bool {
    guard let plainPlaces,
      let end = plainPlaces.withUnsafeBufferPointer({ cursor.plainRecord($0, into: row) })
    else { return false }
    for (place, count) in plainClasses where !Self.isClass(row[place], count) { return false }
    cursor.passRecord(to: end)
    return true
  }

  private static func isClass(_ value: Double, _ count: Double) -> Bool {
    value >= 0 && value < count && value.rounded() == value
  }

  /// Reads the fields of a record to their places of a row.
  @inline(__always)
  func decode(_ cursor: inout FieldCursor, into row: UnsafeMutablePointer<Double>) {
    for column in actions.indices {
      switch actions[column] {
      case .skip: _ = cursor.field()
      case .number(let place, let isRequired):
        if cursor.number(&row[place]), abs(row[place]) <= ColumnScan.greatestFloat { continue }
        row[place] = slowNumber(&cursor, column, isRequired)
      case .boolean(let place, let isRequired):
        row[place] = boolean(&cursor, column, isRequired)
      case .category(let place, let indices, let isRequired):
        row[place] = category(&cursor, column, indices, isRequired)
      case .className(let place, let indices):
        row[place] = className(&cursor, column, indices)
      case .listedClass(let place, let indices):
        let value = classNumber(&cursor, column)
        row[place] = indices[value] ?? 0
        if indices[value] == nil { cursor.note(.unknownClass(value.text), column: column) }
      case .numberedClass(let place, let count):
        row[place] = classNumber(&cursor, column)
        if !Self.isClass(row[place], count) {
          cursor.note(.unknownClass(row[place].text), column: column)
        }
      case .group(let place):
        row[place] = group(cursor.field())
      case .time(let place):
        let field = cursor.field()
        if let time = number(field.trimmed, dialect) ?? Timestamp.seconds(field.text) {
          row[place] = time
        } else {
          cursor.note(.notTime(field.text), column: column)
        }
      }
    }
  }

  /// A field that is not a plain number, or a number that was read and is not a good one.
  private func slowNumber(
    _ cursor: inout FieldCursor, _ column: Int, _ isRequired: Bool
  ) -> Double {
    let field = cursor.lastField ?? cursor.field()
    let bytes = field.trimmed
    if !missing.contains(bytes) {
      guard let value = number(bytes, dialect) else {
        cursor.note(.notNumber(field.text), column: column)
        return .nan
      }
      if abs(value) <= ColumnScan.greatestFloat { return value }
      if !value.isNaN {
        cursor.note(.outOfRange(field.text), column: column)
        return .nan
      }
    }
    if isRequired { cursor.note(.missing, column: column) }
    return .nan
  }

  private func classNumber(_ cursor: inout FieldCursor, _ column: Int) -> Double {
    var value = 0.0
    if cursor.number(&value), value.isFinite { return value }
    return slowNumber(&cursor, column, true)
  }

  private func boolean(
    _ cursor: inout FieldCursor, _ column: Int, _ isRequired: Bool
  ) -> Double {
    let field = cursor.field()
    let text = String(decoding: field.trimmed, as: UTF8.self)
    if let value = Preprocessing.booleanWords.firstIndex(where: { $0.contains(text) }) {
      return Double(value)
    }
    if missing.contains(field.trimmed) {
      if isRequired { cursor.note(.missing, column: column) }
    } else {
      cursor.note(.unknownCategory(field.text), column: column)
    }
    return .nan
  }

  private func category(
    _ cursor: inout FieldCursor, _ column: Int, _ indices: [String: Double], _ isRequired: Bool
  ) -> Double {
    let field = cursor.field()
    if missing.contains(field.trimmed) {
      if isRequired { cursor.note(.missing, column: column) }
      return .nan
    }
    if let index = indices[field.text] { return index }
    cursor.note(.unknownCategory(field.text), column: column)
    return .nan
  }

  private func className(
    _ cursor: inout FieldCursor, _ column: Int, _ indices: [String: Double]
  ) -> Double {
    let field = cursor.field()
    if let index = indices[field.text] { return index }
    cursor.note(
      missing.contains(field.trimmed) ? .missing : .unknownClass(field.text), column: column)
    return 0
  }

  /// 53 bits of a hash (FNV-1a): two groups in many millions may be taken for one.
  private func group(_ field: FieldCursor.Field) -> Double {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in field.bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Double((hash ^ hash >> 32) & (1 << 53 - 1))
  }
}
