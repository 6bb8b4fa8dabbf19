import Kernels
import Testing

@Suite struct SoftmaxTests {
  @Test(arguments: sets)
  func `softmax, its logarithm and gradient match the reference over odd sizes`(
    set: InstructionSet
  ) {
    for columns in sizes {
      let rows = 3
      let x = Floats(random: rows * columns, in: -8...8, offset: columns % 5)
      let (fast, naive) = (x.copy(offset: 1), x.copy())
      Softmax.forward(rows: rows, columns: columns, values: fast.view, with: set)
      Reference.softmax(rows: rows, columns: columns, values: naive.view)
      #expect(agree(fast.values, naive.values))

      let (fastLogarithm, naiveLogarithm) = (x.copy(offset: 2), x.copy())
      Softmax.logarithm(rows: rows, columns: columns, values: fastLogarithm.view, with: set)
      Reference.logSoftmax(rows: rows, columns: columns, values: naiveLogarithm.view)
      #expect(agree(fastLogarithm.values, naiveLogarithm.values, floor: 1))

      let gradient = Floats(random: rows * columns, seed: 2, offset: 3)
      let naiveGradient = gradient.copy()
      Softmax.backward(
        rows: rows, columns: columns, output: naive.view, gradient: gradient.view, with: set)
      Reference.softmaxBackward(
        rows: rows, columns: columns, output: naive.view, gradient: naiveGradient.view)
      #expect(agree(gradient.values, naiveGradient.values, floor: 0.1))
      #expect(fast.isIntact && fastLogarithm.isIntact && gradient.isIntact)
    }
  }

  @Test(arguments: sets)
  func `softmax of huge values is finite, and of NaN is NaN`(set: InstructionSet) {
    let rows: [[Float]] = [
      [1e4, -1e4, 0], [-1e4, -1e4, -1e4], [0, -.infinity, 0], [.nan, 0, 1], [3e38, 3e38, -3e38],
      [-.infinity, -.infinity, -.infinity], [0, .infinity, 0],
    ]
    for row in rows {
      let (fast, naive) = (Floats(row), Floats(row))
      Softmax.forward(rows: 1, columns: 3, values: fast.view, with: set)
      Reference.softmax(rows: 1, columns: 3, values: naive.view)
      #expect(agree(fast.values, naive.values), "\(row)")
      let (logarithm, naiveLogarithm) = (Floats(row), Floats(row))
      Softmax.logarithm(rows: 1, columns: 3, values: logarithm.view, with: set)
      Reference.logSoftmax(rows: 1, columns: 3, values: naiveLogarithm.view)
      #expect(agree(logarithm.values, naiveLogarithm.values), "\(row)")
    }
  }
}
