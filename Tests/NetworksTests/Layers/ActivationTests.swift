import Kernels
import Settings
import Testing

@testable import Networks

@Suite struct ActivationTests {
  @Test func `values and gradients are PyTorch's, from -1e4 to 1e4`() throws {
    for golden in try Golden.cases("activations") {
      let inputs = golden.floats("inputs")!
      let layer = try LayerHarness.layer(
        ActivationLayer.self, golden.settings, inputShape: [inputs.count])
      let harness = LayerHarness(layer, rows: 1)
      harness.input.view.set(inputs)
      harness.outputGradient.view.set(golden.floats("outputGradient")!)
      layer.forward(harness.pass())
      layer.backward(harness.pass())
      let (outputs, gradient) = (harness.output.array, harness.inputGradient.array)
      #expect(
        agree(outputs, golden.numbers("outputs")!, tolerance: 1e-5), "\(golden): \(outputs)")
      #expect(
        agree(gradient, golden.numbers("inputGradient")!, tolerance: 1e-5, scale: 0.1),
        "\(golden): \(gradient)")
    }
  }

  @Test func `a step is 1 from 0 on`() throws {
    let layer = try LayerHarness.layer(
      ActivationLayer.self, ["activation": "step"], inputShape: [6])
    let harness = LayerHarness(layer, rows: 1)
    harness.input.view.set([-1e4, -.leastNonzeroMagnitude, -0.0, 0, 1e-30, 3])
    layer.forward(harness.pass(mode: .evaluation))
    #expect(harness.output.array == [0, 0, 1, 1, 1, 1])
  }

  @Test func `a straight-through step passes the gradient unchanged`() throws {
    let layer = try LayerHarness.layer(
      ActivationLayer.self, ["activation": "step", "straightThrough": true], inputShape: [6])
    let harness = LayerHarness(layer, rows: 2)
    let gradient = harness.outputGradient.array
    layer.forward(harness.pass())
    layer.backward(harness.pass())
    #expect(harness.inputGradient.array == gradient)
  }

  @Test func `softmax is over the last axis`() throws {
    let layer = try LayerHarness.layer(
      ActivationLayer.self, ["activation": "softmax"], inputShape: [2, 3])
    let harness = LayerHarness(layer, rows: 2)
    layer.forward(harness.pass())
    for vector in 0..<4 {
      let sum = harness.output.view.slice(vector * 3..<vector * 3 + 3).array.reduce(0, +)
      #expect(abs(sum - 1) < 1e-6)
    }
  }

  @Test(arguments: Activation.Name.allCases)
  func `a dense layer's own activation equals a layer of its own`(name: Activation.Name) throws {
    let fused = try Network(
      NetworkDescription(layers: [
        ["layer": "dense", "units": 5, "activation": .string(name.rawValue)]
      ]), inputShape: [4])
    let apart = try Network(
      NetworkDescription(layers: [
        ["layer": "dense", "units": 5],
        ["layer": "activation", "activation": .string(name.rawValue)],
      ]), inputShape: [4])
    let parameters = randomBuffer(fused.layout.count, seed: 4)
    let outputs = try [fused, apart].map { network in
      let workspace = try Workspace(network: network, maximumRows: 3, training: false)
      workspace.input(rows: 3).set(randomBuffer(12, seed: 5).array)
      workspace.forward(parameters: parameters.view, rows: 3, mode: .evaluation)
      return workspace.output.array
    }
    #expect(agree(outputs[0], outputs[1].map(Double.init), tolerance: 1e-6))
  }
}
