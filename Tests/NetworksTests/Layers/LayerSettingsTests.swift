import Settings
import Testing

@testable import Networks

@Suite struct LayerSettingsTests {
  @Test func `every layer's settings make the same layer again`() throws {
    for layer in try LayerHarness.examples() {
      let again = try LayerHarness.layer(
        type(of: layer), SettingValue.object(layer.settings).throughJSON(),
        inputShape: layer.inputShape)
      #expect(again.settings == layer.settings)
      #expect(again.outputShape == layer.outputShape)
      #expect(again.parameters == layer.parameters)
      #expect(again.scratchPerSample == layer.scratchPerSample)
    }
  }

  @Test func `kinds differ, and every kind has examples`() {
    let kinds = layerRegistry.map { $0.kind }
    #expect(Set(kinds).count == kinds.count)
    for type in layerRegistry { #expect(!type.examples.isEmpty) }
  }

  @Test func `an activation is named the same way in and out`() {
    for name in Activation.Name.allCases { #expect(Activation(name).name == name) }
  }

  @Test(arguments: [
    ("{ layer: 'dense' }", "network[0].units: is missing"),
    (
      "{ layer: 'dense', units: 0 }",
      "network[0].units: is 0; expected an integer from 1 to 2147483647"
    ),
    (
      "{ layer: 'dense', units: 4, unit: 3 }",
      "network[0].unit: is unknown; known here: activation, bias, initializer, layer, units"
    ),
    (
      "{ layer: 'dense', units: 4, activation: 'ReLU' }",
      """
      network[0].activation: is "ReLU"; expected one of identity, step, sigmoid, relu, softmax, \
      tanh, leakyRelu, elu, softplus, gelu, silu
      """
    ),
    (
      "{ layer: 'dense', units: 4, activation: 'relu', alpha: 0.1 }",
      "network[0].alpha: is unknown; known here: activation, bias, initializer, layer, units"
    ),
    (
      "{ layer: 'dense', units: 4, activation: 'elu', alpha: -1 }",
      "network[0].alpha: is -1; expected a number above 0, up to 1000"
    ),
    (
      "{ layer: 'dropout', rate: 1 }",
      "network[0].rate: is 1; expected a number from 0 up to, but not, 1"
    ),
    (
      "{ layer: 'dropout', rate: 0.99999999999 }",
      "network[0].rate: is 0.99999999999; expected a number from 0 up to, but not, 1"
    ),
    ("{ layer: 'activation' }", "network[0].activation: is missing"),
    (
      "{ layer: 'lstm' }",
      "network[0].layer: is \"lstm\"; expected one of dense, activation, dropout"
    ),
    ("{ units: 3 }", "network[0].layer: is missing"),
    ("'dense'", "network[0]: is a string; expected an object { … }"),
  ])
  func `a mistake in a layer is named with its place`(json: String, message: String) throws {
    let settings = try SettingValue(json5: Array("[\(json)]".utf8), source: "")
    let error = #expect(throws: SettingsError.self) {
      try Network(NetworkDescription(settings: settings, path: "network"), inputShape: [3])
    }
    #expect(error?.description == message)
  }
}
