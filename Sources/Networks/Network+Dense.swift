import Settings

extension Network {
  /// A network of dense layers.
  ///
  /// - Parameters:
  ///   - hidden: the units of the hidden layers.
  ///   - activation: theirs.
  ///   - outputActivation: the last layer's. The cross-entropy losses apply softmax or sigmoid
  ///     themselves and want none here.
  ///   - dropout: the rate of a dropout layer after each hidden layer; 0 for none.
  public static func dense(
    hidden: [Int], activation: Activation = .relu, outputs: Int,
    outputActivation: Activation = .identity, dropout: Double = 0
  ) -> NetworkDescription {
    func layer(_ units: Int, _ activation: Activation) -> SettingValue {
      .object(
        activation.settings.merging(["layer": "dense", "units": .integer(units)]) { $1 })
    }
    let hiddenLayers = hidden.flatMap { units in
      dropout == 0
        ? [layer(units, activation)]
        : [layer(units, activation), ["layer": "dropout", "rate": .number(dropout)]]
    }
    return NetworkDescription(layers: hiddenLayers + [layer(outputs, outputActivation)])
  }
}
