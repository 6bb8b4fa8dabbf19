import Kernels
import Settings
import Testing

@testable import Networks

@Suite struct DropoutTests {
  private func network(rate: Double, inputs: Int) throws -> Network {
    try Network(
      NetworkDescription(layers: [["layer": "dropout", "rate": .number(rate)]]),
      inputShape: [inputs])
  }

  /// The outputs for inputs of 1, of samples `first ..< first + rows`.
  private func outputs(
    of network: Network, first: Int, rows: Int, seed: UInt64 = 1, step: Int = 0
  ) throws -> [Float] {
    let workspace = try Workspace(network: network, maximumRows: rows, training: true)
    workspace.input(rows: rows).fill(1)
    let parameters = AlignedBuffer<Float>(count: network.layout.count)
    workspace.forward(
      parameters: parameters.view, rows: rows, mode: .training,
      randomness: Randomness(seed: seed, step: step, firstSample: first))
    return workspace.output.array
  }

  @Test func `the cut into shards changes no bit`() throws {
    let network = try network(rate: 0.3, inputs: 7)
    let whole = try outputs(of: network, first: 0, rows: 32)
    for shards in [2, 3, 5, 32] {
      let parts = try (0..<shards).flatMap { shard in
        let (start, end) = (shard * 32 / shards, (shard + 1) * 32 / shards)
        return try outputs(of: network, first: start, rows: end - start)
      }
      #expect(parts == whole)
    }
  }

  @Test func `each number is 0 at the given rate, and the expectation stays`() throws {
    for rate in [0.1, 0.5, 0.8] {
      let outputs = try outputs(of: network(rate: rate, inputs: 100), first: 0, rows: 1000)
      let kept = Float(1 / (1 - rate))
      #expect(outputs.allSatisfy { $0 == 0 || abs($0 - kept) < 1e-6 })
      let mean = outputs.reduce(0.0) { $0 + Double($1) } / Double(outputs.count)
      // Five standard errors of the mean of 100,000 draws.
      #expect(abs(mean - 1) < 5 * (rate / (1 - rate) / 1e5).squareRoot())
    }
  }

  @Test func `another step, seed, sample or layer drops others`() throws {
    let network = try network(rate: 0.5, inputs: 64)
    let first = try outputs(of: network, first: 0, rows: 4)
    #expect(try outputs(of: network, first: 0, rows: 4) == first)
    #expect(try outputs(of: network, first: 0, rows: 4, step: 1) != first)
    #expect(try outputs(of: network, first: 0, rows: 4, seed: 2) != first)
    #expect(try outputs(of: network, first: 4, rows: 4) != first)
    let two = try Network(
      NetworkDescription(layers: Array(repeating: network.description.layers[0], count: 2)),
      inputShape: [64])
    // Dropping twice the same would leave as many as dropping once.
    let twice = try outputs(of: two, first: 0, rows: 4).filter { $0 != 0 }.count
    #expect(twice < first.filter { $0 != 0 }.count * 3 / 4)
  }
}
