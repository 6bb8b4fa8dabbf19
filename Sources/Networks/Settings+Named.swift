import Settings

extension SettingsReader {
  /// A reader of something with a name and parameters, which may be written as the name alone:
  /// `"adam"` for `{ optimizer: "adam" }`.
  init(_ value: SettingValue, named key: String, path: String) throws {
    switch value {
    case .string: try self.init(.object([key: value]), path: path)
    case .object: try self.init(value, path: path)
    default:
      throw SettingsError(
        path: path,
        problem: "is \(value.json()); expected a name, or an object { \(key): name, … }")
    }
  }
}
