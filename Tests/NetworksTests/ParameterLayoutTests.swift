import Testing

@testable import Networks

@Suite struct ParameterLayoutTests {
  private let layout: ParameterLayout

  init() throws {
    layout = try Network(
      NetworkDescription(layers: [
        ["layer": "dense", "units": 3],
        ["layer": "activation", "activation": "tanh"],
        ["layer": "dense", "units": 4, "bias": false],
        ["layer": "dense", "units": 17],
      ]), inputShape: [2, 5]
    ).layout
  }

  @Test func `tensors are named by layer, and weights are (outputs, inputs)`() {
    #expect(
      layout.tensors.map(\.name)
        == ["0-dense/weight", "0-dense/bias", "2-dense/weight", "3-dense/weight", "3-dense/bias"])
    #expect(layout.tensors.map(\.shape) == [[3, 10], [3], [4, 3], [17, 4], [17]])
    #expect(layout.tensors.map(\.layer) == [0, 0, 2, 3, 3])
    #expect(layout.tensors.map(\.decays) == [true, false, true, true, false])
  }

  @Test func `every tensor starts at a cache line, after the one before`() {
    var end = 0
    for tensor in layout.tensors {
      #expect(tensor.range.lowerBound.isMultiple(of: 16))
      #expect((end..<end + 16).contains(tensor.range.lowerBound))
      #expect(tensor.range.count == tensor.shape.reduce(1, *))
      end = tensor.range.upperBound
    }
    #expect(layout.count.isMultiple(of: 16) && (end..<end + 16).contains(layout.count))
    #expect(layout.parameterCount == 30 + 3 + 12 + 68 + 17)
  }

  @Test func `layers' parts are the buffer without gaps`() {
    #expect(layout.layerRanges.count == 4)
    #expect(layout.layerRanges[1].isEmpty)
    #expect(layout.layerRanges.reduce(0) { $0 + $1.count } == layout.count)
  }
}
