/// A place in a source where reading can begin.
struct RowPlace: Equatable {
  /// The first row to read, among those that the source hands out.
  var row = 0
  /// In text: the byte where its record starts. Nil for the first one.
  var offset: Int?
  /// In text, and where rows are left out: its number among all that there are, bad ones included.
  var record = 0
}
