import Settings

/// A network as settings say it: the layers' objects, from input to output.
///
/// ```json5
/// [
///   { layer: "dense", units: 512, activation: "relu" },
///   { layer: "dropout", rate: 0.5 },
///   { layer: "dense", units: 10 },
/// ]
/// ```
public struct NetworkDescription: Sendable, Equatable {
  public var layers: [SettingValue]

  public init(layers: [SettingValue]) {
    self.layers = layers
  }

  /// - Parameter path: where `settings` stand, for messages: `run.json5: network`.
  /// - Throws: `SettingsError` when `settings` is not an array. What the layers say is checked when
  ///   a `Network` is made.
  public init(settings: SettingValue, path: String) throws {
    guard case .array(let layers) = settings else {
      throw SettingsError(
        path: path,
        problem: "is \(settings.json()); expected an array of layers "
          + "[{ layer: \"dense\", units: 10 }, …]")
    }
    self.layers = layers
  }

  public var settings: SettingValue { .array(layers) }
}
