import Glibc
import Kernels
import Testing

@testable import Networks

/// The seed examples of the field, in a plain loop.
@Suite struct LearningTests {
  /// Trains on the whole data at each step, and gives the last mean loss.
  private func train(
    _ network: Network, _ loss: Loss, _ optimizer: Optimizer, learningRate: Double, steps: Int,
    inputs: [Float], targets: [Float], parameters: AlignedBuffer<Float>
  ) throws -> Double {
    try network.checkTrainable()
    let rows = inputs.count / network.inputs
    let workspace = try Workspace(network: network, maximumRows: rows, training: true)
    let gradient = AlignedBuffer<Float>(count: network.layout.count)
    let states = optimizer.stateNames.map { _ in AlignedBuffer<Float>(count: gradient.count) }
    let targets = buffer(targets)
    var mean = Double.infinity
    for step in 1...steps {
      workspace.input(rows: rows).set(inputs)
      workspace.forward(parameters: parameters.view, rows: rows, mode: .training)
      let sum = workspace.evaluate(
        loss, targets: .values(targets.view), weights: nil, classWeights: nil, gradient: true)
      mean = sum.loss / sum.weight
      workspace.backward(parameters: parameters.view, gradient: gradient.view, accumulates: false)
      for index in 0..<gradient.count { gradient.view[index] *= Float(1 / sum.weight) }
      optimizer.rule(learningRate: learningRate, step: step, regularization: Regularization())
        .apply(
          gradient: gradient.view, parameters: parameters.view,
          states: optimizer.states(states.map(\.view)))
    }
    return mean
  }

  @Test(arguments: [Activation.tanh, .sigmoid, .relu, .gelu, .step(straightThrough: true)])
  func `a small network learns exclusive or`(activation: Activation) throws {
    let network = try Network(
      Network.dense(hidden: [8], activation: activation, outputs: 1), inputShape: [2])
    let parameters = AlignedBuffer<Float>(count: network.layout.count)
    network.initialize(parameters.view, seed: 3)
    let inputs: [Float] = [0, 0, 0, 1, 1, 0, 1, 1]
    let loss = try train(
      network, .binaryCrossEntropy, .adam(), learningRate: 0.05, steps: 600, inputs: inputs,
      targets: [0, 1, 1, 0], parameters: parameters)
    #expect(loss < 0.1)
    let workspace = try Workspace(network: network, maximumRows: 4, training: false)
    workspace.input(rows: 4).set(inputs)
    workspace.forward(parameters: parameters.view, rows: 4, mode: .evaluation)
    Loss.binaryCrossEntropy.predictionActivation.apply(
      rows: 4, columns: 1, values: workspace.output)
    #expect(workspace.output.array.map { $0 > 0.5 } == [false, true, true, false])
  }

  @Test func `a network of steps computes exclusive or exactly`() throws {
    // One unit fires from one input on, the other from two on; the output is one without the other.
    let network = try Network(
      Network.dense(hidden: [2], activation: .step(), outputs: 1, outputActivation: .step()),
      inputShape: [2])
    let parameters = AlignedBuffer<Float>(count: network.layout.count)
    let values: [[Float]] = [[1, 1, 1, 1], [-0.5, -1.5], [1, -1], [-0.5]]
    for (tensor, value) in zip(network.layout.tensors, values) {
      parameters.view.slice(tensor.range).set(value)
    }
    let workspace = try Workspace(network: network, maximumRows: 4, training: false)
    workspace.input(rows: 4).set([0, 0, 0, 1, 1, 0, 1, 1])
    workspace.forward(parameters: parameters.view, rows: 4, mode: .evaluation)
    #expect(workspace.output.array == [0, 1, 1, 0])
  }

  @Test func `a two-layer sigmoid network fits a sine`() throws {
    let network = try Network(
      Network.dense(hidden: [16], activation: .sigmoid, outputs: 1), inputShape: [1])
    let parameters = AlignedBuffer<Float>(count: network.layout.count)
    network.initialize(parameters.view, seed: 1)
    let inputs = (0..<64).map { Float($0) / 63 * 2 * .pi - .pi }
    let loss = try train(
      network, .meanSquaredError, .adam(), learningRate: 0.03, steps: 800, inputs: inputs,
      targets: inputs.map { sin($0) }, parameters: parameters)
    #expect(loss < 1e-3)
  }

  @Test func `a small network tells two spirals apart`() throws {
    let network = try Network(
      Network.dense(hidden: [24, 24], activation: .tanh, outputs: 1), inputShape: [2])
    let parameters = AlignedBuffer<Float>(count: network.layout.count)
    network.initialize(parameters.view, seed: 1)
    let points = 97
    let inputs = (0..<2 * points).flatMap { index -> [Float] in
      let angle = Float(index / 2) / 96 * 4 * .pi
      let radius = (1 - Float(index / 2) / 104) * (index.isMultiple(of: 2) ? 1 : -1)
      return [radius * sin(angle), radius * cos(angle)]
    }
    let targets = (0..<2 * points).map { Float($0 % 2) }
    _ = try train(
      network, .binaryCrossEntropy, .adam(), learningRate: 0.02, steps: 800, inputs: inputs,
      targets: targets, parameters: parameters)
    let workspace = try Workspace(network: network, maximumRows: 2 * points, training: false)
    workspace.input(rows: 2 * points).set(inputs)
    workspace.forward(parameters: parameters.view, rows: 2 * points, mode: .evaluation)
    #expect(workspace.output.array.map { $0 > 0 } == targets.map { $0 > 0.5 })
  }

  @Test(arguments: [
    (Optimizer.sgd(momentum: 0.9, nesterov: true), 0.05), (.rmsprop(), 0.01), (.adam(), 0.02),
    (.adamW(), 0.02), (.adagrad(), 0.1),
  ])
  func `every optimizer fits a line`(optimizer: Optimizer, learningRate: Double) throws {
    let network = try Network(Network.dense(hidden: [], outputs: 1), inputShape: [1])
    let parameters = AlignedBuffer<Float>(count: network.layout.count)
    let inputs = (0..<16).map { Float($0) / 8 - 1 }
    let loss = try train(
      network, .meanSquaredError, optimizer, learningRate: learningRate, steps: 500,
      inputs: inputs, targets: inputs.map { 0.75 * $0 - 0.5 }, parameters: parameters)
    #expect(loss < 1e-3, "\(parameters.array)")
  }
}
