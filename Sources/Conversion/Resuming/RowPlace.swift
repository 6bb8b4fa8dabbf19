/// A place in a source where reading can begin.
struct RowPlace: Equatable {
  /// The first row to read, among those that the source hands out.
  var row = 0
  /// In text: the byte where its record starts, and the record's number. Nil for the first one.
  var offset: Int?
  var record = 0
}
