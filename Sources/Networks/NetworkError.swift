/// A network, loss or optimizer that cannot do what it is asked to.
///
/// Mistakes in settings are `SettingsError`s, which name the setting; this is for what only shows
/// when a network is put to use: trained, joined with a loss, given memory.
public struct NetworkError: Error, CustomStringConvertible, Equatable {
  /// The setting that decides it, as run files name it: `loss`, `batchSize`.
  public var setting: String
  /// What was found, what is needed, what can be done.
  public var problem: String

  public init(setting: String, _ problem: String) {
    self.setting = setting
    self.problem = problem
  }

  public var description: String { problem }
}
