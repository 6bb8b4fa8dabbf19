/// A setting that is missing, unknown, of the wrong kind or out of range.
public struct SettingsError: Error, CustomStringConvertible, Equatable {
  /// Where the setting stands: `run.json5: network[2].units`.
  public var path: String
  /// What was found, what is allowed.
  public var problem: String

  public init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }

  public var description: String { "\(path): \(problem)" }
}
