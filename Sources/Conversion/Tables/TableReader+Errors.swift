extension TableReader {
  /// What a problem is for the user, with the line and the row (both counted from 1, rows without
  /// the header) and the column's name.
  func error(_ problem: RecordProblem, names: [String]?) -> ConversionError {
    let line = line(at: problem.offset).map { "line \($0), " } ?? ""
    var place = "\(line)row \(problem.record + 1)"
    if let column = problem.column {
      // A row of too many fields may be wrong in one that has no name.
      let name = names.flatMap { column < $0.count ? "\"\($0[column])\"" : nil }
      place += ", column \(name ?? "\(column + 1)")"
    }
    let (text, expected, remedy) = words(problem.kind)
    return ConversionError(
      subject: path, problem: "\(place): \(text)", expected: expected,
      remedy: remedy ?? "mend it, or leave such rows out with --on-error skip")
  }

  private func words(_ kind: RecordProblem.Kind) -> (String, expected: String?, remedy: String?) {
    switch kind {
    case .fields(let count):
      (
        "the row has \(count) \(count == 1 ? "field" : "fields")",
        "\(columns), as the table's first line has", nil
      )
    case .quoteInside:
      (
        "a quote stands inside a field that does not start with one",
        "fields with quotes to be in quotes, and their quotes doubled: \"5\"\" pipe\"", nil
      )
    case .textAfterQuote:
      (
        "text follows the quote that ends a field",
        "a delimiter, or quotes inside a field to be doubled: \"5\"\" pipe\"", nil
      )
    case .unclosedQuote: ("a quote is never closed", nil, nil)
    case .tooLong:
      (
        "the row is longer than \(bufferBytes) bytes", "rows with line ends between them",
        "check that this is a text table"
      )
    case .invalidUTF8:
      (
        "the text is not valid UTF-8", nil,
        "convert it first: iconv -f LATIN1 -t UTF-8 (or from what it is in); or leave such rows out "
          + "with --on-error skip"
      )
    case .notNumber(let text):
      (
        "\(Self.quoted(text)) is not a number", "a number, as in the column's other rows",
        "mend it, say --missing \(Self.quoted(text)) if it stands for nothing, or leave such rows "
          + "out with --on-error skip"
      )
    case .outOfRange(let text):
      (
        "\(Self.quoted(text)) is infinite, or beyond the range of a number",
        "a number that a float holds (up to 3.4e38)", nil
      )
    case .missing:
      (
        "a value is missing", "a value",
        "say --impute mean, median or a constant, --drop the column, or leave such rows out with "
          + "--on-error skip"
      )
    case .unknownCategory(let text):
      ("\(Self.quoted(text)) is a category that training data do not have", nil, nil)
    case .unknownClass(let text):
      ("\(Self.quoted(text)) is a class that training data do not have", nil, nil)
    case .notObject(let text):
      (
        text, "objects with the keys of the first one, whose values are numbers, words, or arrays",
        nil
      )
    case .notTime(let text):
      (
        "\(Self.quoted(text)) is neither a number nor a date",
        "numbers, or dates such as 2024-05-01 or 2024-05-01T12:30:00Z", nil
      )
    }
  }

  static func quoted(_ text: String) -> String {
    text.count > 40 ? "\"\(text.prefix(40))…\"" : "\"\(text)\""
  }

  /// The number of the line in which a byte of the table stands, found by reading up to it.
  private func line(at offset: Int) -> Int? {
    guard let file = try? source.open() else { return nil }
    var (line, rest) = (1, offset)
    while rest > 0 {
      guard let bytes = try? file.read(count: min(rest, 1 << 20)), !bytes.isEmpty else {
        return nil
      }
      line += bytes.count { $0 == 0x0A }
      rest -= bytes.count
    }
    return line
  }
}
