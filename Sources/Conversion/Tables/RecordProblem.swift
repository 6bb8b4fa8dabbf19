/// What is wrong with a record of a table.
struct RecordProblem: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    /// So many fields instead of the table's number.
    case fields(Int)
    case quoteInside
    case textAfterQuote
    case unclosedQuote
    case tooLong
    case invalidUTF8
    /// The text of a field, and what is the matter with it.
    case notNumber(String)
    case outOfRange(String)
    case missing
    case unknownCategory(String)
    case unknownClass(String)
    case notTime(String)
    /// A line of JSON, and what is the matter with it.
    case notObject(String)
  }

  var kind: Kind
  /// Of the table; nil when the record as a whole is wrong.
  var column: Int?
  /// The record's place among those of its block, then of the table.
  var record: Int
  /// Where the record starts: in its block, then in the table's bytes.
  var offset: Int
}
