import Settings

extension SettingsReader {
  /// A reader of something with a name and parameters, which may be written as the name alone:
  /// `"adam"` for `{ optimizer: "adam" }`.
  init<Name: RawRepresentable<String> & CaseIterable>(
    _ value: SettingValue, named key: String, of names: Name.Type, path: String
  ) throws {
    switch value {
    case .object: try self.init(value, path: path)
    case .string(let name) where Name(rawValue: name) != nil:
      try self.init(.object([key: value]), path: path)
    default:
      let known = names.allCases.map(\.rawValue).joined(separator: ", ")
      throw SettingsError(
        path: path,
        problem: "is \(value.json()); expected one of \(known), or an object { \(key): …, … } with "
          + "its parameters")
    }
  }
}
