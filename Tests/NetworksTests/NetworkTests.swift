import Kernels
import Settings
import Testing

@testable import Networks

@Suite struct NetworkTests {
  private let description = NetworkDescription(layers: [
    ["layer": "dense", "units": 512, "activation": "relu"],
    ["layer": "dropout", "rate": 0.5],
    ["layer": "dense", "units": 10],
  ])

  @Test func `shapes follow from layer to layer`() throws {
    let network = try Network(description, inputShape: [28, 28])
    #expect(network.inputs == 784)
    #expect(network.outputShape == [10])
    #expect(network.layers.map { $0.inputShape } == [[28, 28], [512], [512]])
    #expect(network.layout.parameterCount == 512 * 784 + 512 + 10 * 512 + 10)
  }

  @Test func `the description of a network makes it again`() throws {
    let network = try Network(description, inputShape: [4])
    let written = try network.description.settings.throughJSON()
    let again = try Network(
      NetworkDescription(settings: written, path: "network"), inputShape: [4])
    #expect(again.description == network.description)
    #expect(again.layout == network.layout)
    guard case .object(let first) = network.description.layers[0] else { return }
    #expect(first["initializer"] == "heUniform")
  }

  @Test func `the summary is a table of layers`() throws {
    #expect(
      try Network(description, inputShape: [28, 28]).summary == """
        layer                   output    parameters
        input                   [28, 28]            
        0      dense 512, relu  [512]        401,920
        1      dropout 0.5      [512]              0
        2      dense 10         [10]           5,130
        total                                407,050
        """)
  }

  @Test func `what the command line's options build is a description like any other`() throws {
    let built = Network.dense(hidden: [512], activation: .relu, outputs: 10, dropout: 0.5)
    let network = try Network(built, inputShape: [4])
    #expect(network.description == (try Network(description, inputShape: [4])).description)
    let others = Network.dense(
      hidden: [3], activation: .leakyRelu(alpha: 0.2), outputs: 1, outputActivation: .sigmoid)
    let scalar = try Network(others, inputShape: [])
    #expect(scalar.inputs == 1)
    #expect(scalar.outputActivation == .sigmoid)
    #expect(scalar.layers.map { $0.summary } == ["dense 3, leakyRelu", "dense 1, sigmoid"])
  }

  @Test func `training through a step is refused, and says why`() throws {
    let step = Network.dense(hidden: [4], activation: .step(), outputs: 1)
    let error = #expect(throws: NetworkError.self) {
      try Network(step, inputShape: [2]).checkTrainable()
    }
    #expect(
      error?.description == """
        layer 0 (dense 4, step) cannot be trained through: the gradient of its step activation \
        is zero everywhere, so that nothing before it would learn; use another activation \
        (sigmoid is the smooth one), or set straightThrough: true to let the gradient pass \
        unchanged
        """)
    let passing = Network.dense(
      hidden: [4], activation: .step(straightThrough: true), outputs: 1)
    try Network(passing, inputShape: [2]).checkTrainable()
  }

  @Test func `a network without parameters cannot be trained`() throws {
    let network = try Network(
      NetworkDescription(layers: [["layer": "dropout", "rate": 0.1]]), inputShape: [2])
    #expect(throws: NetworkError.self) { try network.checkTrainable() }
  }

  @Test(arguments: [
    (
      [2_147_483_647, 2_147_483_647] as [Int], [784],
      """
      network[0]: has 2147483647 × 784 (weight) + 2147483647 (bias) parameters; they take \
      6.1 TiB as 4-byte floats, and this machine has 1.0 GiB of memory
      """
    ),
    (
      [1000, 1_000_000], [10],
      """
      network[1]: has 1000000 × 1000 (weight) + 1000000 (bias) parameters; with the 11,000 before \
      they take 3.7 GiB as 4-byte floats, and this machine has 1.0 GiB of memory
      """
    ),
    (
      [3], [0],
      """
      network[0]: its input has shape [0]; expected sides of at least 1, and at most \
      2,147,483,647 numbers in all
      """
    ),
    (
      [3], [4_000_000_000, 4_000_000_000, 4_000_000_000],
      """
      network[0]: its input has shape [4000000000, 4000000000, 4000000000]; expected sides of \
      at least 1, and at most 2,147,483,647 numbers in all
      """
    ),
    ([], [3], "network: has 0 layers; expected from 1 to 65536"),
  ])
  func `sizes that no machine holds are refused with the arithmetic`(
    units: [Int], inputShape: [Int], message: String
  ) {
    let layers = units.map { SettingValue.object(["layer": "dense", "units": .integer($0)]) }
    let error = #expect(throws: SettingsError.self) {
      try Network(
        NetworkDescription(layers: layers), inputShape: inputShape, path: "network",
        memory: 1 << 30)
    }
    #expect(error?.description == message)
  }

  @Test func `a description that is no array is refused`() {
    let error = #expect(throws: SettingsError.self) {
      try NetworkDescription(settings: 3, path: "run.json5: network")
    }
    #expect(error?.path == "run.json5: network")
  }

  @Test(arguments: [Initializer.heUniform, .glorotNormal])
  func `initial parameters are the same whatever the order of their stretches`(
    initializer: Initializer
  ) throws {
    let description = NetworkDescription(layers: [
      ["layer": "dense", "units": 301, "initializer": .string(initializer.rawValue)],
      ["layer": "dense", "units": 3],
    ])
    let network = try Network(description, inputShape: [501])
    let stretches = network.initialStretches
    #expect(stretches.count > network.layout.tensors.count)
    let whole = randomBuffer(network.layout.count, seed: 1)
    let parts = randomBuffer(network.layout.count, seed: 2)
    // The definition: each tensor at once.
    whole.view.fill(0)
    for (index, tensor) in network.layout.tensors.enumerated() {
      tensor.initializer.fill(
        whole.view.slice(tensor.range), shape: tensor.shape, seed: 9, tensor: index)
    }
    for stretch in stretches.reversed() {
      network.initialize(stretch, of: parts.view, seed: 9)
    }
    // Not within #expect, which would look for the shortest way from one to the other.
    let areSame = whole.array == parts.array
    #expect(areSame)
  }

  @Test func `initial parameters are a function of the seed, biases and padding 0`() throws {
    let network = try Network(
      Network.dense(hidden: [5], activation: .tanh, outputs: 3), inputShape: [7])
    let (first, second) = (
      randomBuffer(network.layout.count, seed: 1), randomBuffer(network.layout.count, seed: 2)
    )
    network.initialize(first.view, seed: 9)
    network.initialize(second.view, seed: 9)
    #expect(first.array == second.array)
    let weights = network.layout.tensors.filter { $0.name.hasSuffix("weight") }
    let nonzero = Set(first.array.indices.filter { first.array[$0] != 0 })
    #expect(nonzero.isSubset(of: weights.flatMap { Array($0.range) }))
    #expect(nonzero.count >= 5 * 7 + 3 * 5 - 1)
    network.initialize(second.view, seed: 10)
    #expect(first.array != second.array)
  }
}
