import Networks
import Settings
import Training

extension RunSettings {
  /// Runs `body`, and has its errors about settings name the option or the file that they come
  /// from.
  func explaining<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as SettingsError {
      throw explained(
        key: error.path.hasPrefix(Self.root + ".")
          ? String(error.path.dropFirst(Self.root.count + 1)) : error.path, error.problem)
    } catch TrainingError.unfit(let setting, let problem) {
      throw explained(key: setting, problem)
    } catch let error as NetworkError {
      let source = option(at: [error.setting])?.flag ?? file
      throw UsageError("\(source.map { $0 + ": " } ?? "")\(error)")
    }
  }

  /// Stands before the keys in the errors of readers.
  static let root = "run"

  /// - Parameter key: the setting's place, `shuffle.blockRows`.
  private func explained(key: String, _ problem: String) -> UsageError {
    var names = key.split(separator: ".").map(String.init)
    // "loss.loss" is the name itself, "loss.delta" a parameter that only a file can give.
    if names.count == 2, names[0] == names[1] { names.removeLast() }
    if let option = option(at: names) { return UsageError("\(option.flag) \(problem)") }
    let top = String(names[0].prefix { $0 != "[" })
    if let option = option(at: [top]), written[names] == nil {
      return UsageError(
        "\(option.flag) needs more than a name: \(names.last!) \(problem); give it in a run file, "
          + "as \(top): { \(top): …, \(names.last!): … }")
    }
    if let file, written[[top]] != nil { return UsageError("\(file): \(key) \(problem)") }
    return UsageError("\(key) \(problem)")
  }

  /// The given option that sets what stands at `names`, or a part of it.
  private func option(at names: [String]) -> Option? {
    given.first { $0.setting == names }
      ?? (names.count == 1 ? given.first { $0.setting.first == names[0] } : nil)
  }
}
