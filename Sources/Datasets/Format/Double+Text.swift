extension Double {
  /// The number for messages, as a person writes it: "1", not "1.0".
  package var text: String { Int(exactly: self).map { String($0) } ?? "\(self)" }
}
