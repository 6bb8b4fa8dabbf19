import Kernels
import Settings
import Testing

@testable import Networks

@Suite struct WorkspaceTests {
  private let network: Network
  private let parameters: AlignedBuffer<Float>
  private let inputs: AlignedBuffer<Float>
  private let labels: AlignedBuffer<Int32>
  private let rows = 12

  init() throws {
    network = try Network(
      NetworkDescription(layers: [
        ["layer": "activation", "activation": "tanh"],
        ["layer": "dense", "units": 9, "activation": "gelu"],
        ["layer": "dropout", "rate": 0.4],
        ["layer": "dense", "units": 6, "activation": "softplus", "bias": false],
        ["layer": "activation", "activation": "silu"],
        ["layer": "dense", "units": 4],
      ]), inputShape: [2, 3])
    parameters = AlignedBuffer(count: network.layout.count)
    network.initialize(parameters.view, seed: 1)
    inputs = randomBuffer(rows * 6, seed: 2)
    labels = AlignedBuffer(count: rows)
    for row in 0..<rows { labels.pointer[row] = Int32(row * 7 % 4) }
  }

  /// The loss of some rows, and its gradient where asked for.
  private func loss(
    of rows: Range<Int>, in workspace: Workspace, gradient: AlignedBuffer<Float>? = nil,
    accumulates: Bool = false, mode: Mode = .training
  ) -> LossSum {
    workspace.input(rows: rows.count).copy(
      from: inputs.view.slice(rows.lowerBound * 6..<rows.upperBound * 6))
    workspace.forward(
      parameters: parameters.view, rows: rows.count, mode: mode,
      randomness: Randomness(seed: 5, step: 3, firstSample: rows.lowerBound))
    let sum = workspace.evaluate(
      .softmaxCrossEntropy(),
      targets: .classes(UnsafeMutableBufferPointer(rebasing: labels.pointer[rows])), weights: nil,
      classWeights: nil, gradient: gradient != nil)
    if let gradient {
      workspace.backward(
        parameters: parameters.view, gradient: gradient.view, accumulates: accumulates)
    }
    return sum
  }

  @Test func `the gradient of a whole network agrees with finite differences`() throws {
    let workspace = try Workspace(network: network, maximumRows: rows, training: true)
    let gradient = AlignedBuffer<Float>(count: network.layout.count)
    _ = loss(of: 0..<rows, in: workspace, gradient: gradient)
    for position in network.layout.tensors.flatMap({ Array($0.range) }) {
      let value = parameters.view[position]
      parameters.view[position] = value + 0x1p-7
      let above = loss(of: 0..<rows, in: workspace).loss
      parameters.view[position] = value - 0x1p-7
      let below = loss(of: 0..<rows, in: workspace).loss
      parameters.view[position] = value
      let slope = (above - below) / 0x1p-6
      #expect(abs(slope - Double(gradient.view[position])) < 2e-3, "\(position)")
    }
  }

  @Test func `shards add up to the batch, dropout included`() throws {
    let workspace = try Workspace(network: network, maximumRows: rows, training: true)
    let whole = randomBuffer(network.layout.count, seed: 8)
    whole.view.fill(0)
    let sum = loss(of: 0..<rows, in: workspace, gradient: whole)
    let parts = AlignedBuffer<Float>(count: network.layout.count)
    var total = 0.0
    for range in [0..<5, 5..<5, 5..<6, 6..<rows] {
      total +=
        loss(
          of: range, in: workspace, gradient: parts, accumulates: range.lowerBound > 0
        ).loss
    }
    #expect(abs(total - sum.loss) < 1e-5)
    #expect(agree(parts.array, whole.array.map(Double.init), tolerance: 1e-5, scale: 1))
  }

  @Test func `a shard without rows has gradient 0 and weight 0`() throws {
    let workspace = try Workspace(network: network, maximumRows: rows, training: true)
    let gradient = randomBuffer(network.layout.count, seed: 8)
    let sum = loss(of: 3..<3, in: workspace, gradient: gradient)
    #expect(sum == LossSum(loss: 0, weight: 0))
    #expect(gradient.array.allSatisfy { $0 == 0 })
  }

  @Test func `a workspace for evaluation gives what one for training gives`() throws {
    let training = try Workspace(network: network, maximumRows: rows, training: true)
    let evaluation = try Workspace(network: network, maximumRows: rows, training: false)
    let expected = loss(of: 0..<rows, in: training, mode: .evaluation)
    #expect(loss(of: 0..<rows, in: evaluation, mode: .evaluation) == expected)
    #expect(evaluation.output.array == training.output.array)
    #expect(
      Workspace.bytes(network: network, maximumRows: rows, training: false)
        < Workspace.bytes(network: network, maximumRows: rows, training: true))
  }

  @Test func `two workspaces of one network do not disturb each other`() throws {
    let first = try Workspace(network: network, maximumRows: rows, training: true)
    let second = try Workspace(network: network, maximumRows: rows, training: true)
    _ = loss(of: 0..<6, in: first)
    let output = first.output.array
    _ = loss(of: 6..<12, in: second)
    #expect(first.output.array == output)
  }

  @Test func `memory that no machine has is refused with the arithmetic`() {
    let error = #expect(throws: NetworkError.self) {
      try Workspace(network: network, maximumRows: 1 << 40, training: true)
    }
    #expect(
      error?.problem.hasPrefix("1,099,511,627,776 samples × ") == true, "\(error?.problem ?? "")")
    #expect(throws: NetworkError.self) {
      try Workspace(network: network, maximumRows: .max, training: false)
    }
  }
}
