import Kernels
import Testing

/// Which elementwise loss, by the kernel and by its reference.
enum ElementLoss: CaseIterable {
  case squared, absolute, huber, binary

  func fast(
    _ rows: Int, _ columns: Int, _ x: Floats, _ t: Floats, _ weights: Floats?, _ gradient: Floats?,
    _ set: InstructionSet
  ) -> LossSum {
    let (x, t, w, g) = (x.view, t.view, weights?.view, gradient?.view)
    return switch self {
    case .squared:
      LossKernels.meanSquaredError(
        rows: rows, columns: columns, outputs: x, targets: t, weights: w, gradient: g, with: set)
    case .absolute:
      LossKernels.meanAbsoluteError(
        rows: rows, columns: columns, outputs: x, targets: t, weights: w, gradient: g, with: set)
    case .huber:
      LossKernels.huber(
        delta: 0.7, rows: rows, columns: columns, outputs: x, targets: t, weights: w, gradient: g,
        with: set)
    case .binary:
      LossKernels.binaryCrossEntropy(
        rows: rows, columns: columns, outputs: x, targets: t, weights: w, gradient: g, with: set)
    }
  }

  func naive(
    _ rows: Int, _ columns: Int, _ x: Floats, _ t: Floats, _ weights: Floats?, _ gradient: Floats?
  ) -> LossSum {
    let (x, t, w, g) = (x.view, t.view, weights?.view, gradient?.view)
    return switch self {
    case .squared:
      Reference.meanSquaredError(
        rows: rows, columns: columns, outputs: x, targets: t, weights: w, gradient: g)
    case .absolute:
      Reference.meanAbsoluteError(
        rows: rows, columns: columns, outputs: x, targets: t, weights: w, gradient: g)
    case .huber:
      Reference.huber(
        delta: 0.7, rows: rows, columns: columns, outputs: x, targets: t, weights: w, gradient: g)
    case .binary:
      Reference.binaryCrossEntropy(
        rows: rows, columns: columns, outputs: x, targets: t, weights: w, gradient: g)
    }
  }
}

@Suite struct LossTests {
  @Test(arguments: sets, ElementLoss.allCases)
  func `elementwise losses and gradients match the reference`(
    set: InstructionSet, loss: ElementLoss
  ) {
    for rows in [0, 1, 5] {
      for columns in sizes where columns > 0 {
        let x = Floats(random: rows * columns, in: -3...3, offset: columns % 3)
        let t = Floats(random: rows * columns, in: 0...1, seed: 2, offset: rows)
        let weights = columns % 2 == 0 ? nil : Floats(random: rows, in: 0...2, seed: 3)
        let (gradient, naive) = (Floats(zeros: rows * columns, offset: 1), x.copy())
        let sum = loss.fast(rows, columns, x, t, weights, gradient, set)
        let expected = loss.naive(rows, columns, x, t, weights, naive)
        #expect(agree(sum.loss, expected.loss) && agree(sum.weight, expected.weight))
        #expect(agree(gradient.values, naive.values, floor: 0.1))
        #expect(loss.fast(rows, columns, x, t, weights, nil, set) == sum)
        #expect(loss.fast(rows, columns, x, t, weights, x, set) == sum)
        #expect(x.bits == gradient.bits && x.isIntact && gradient.isIntact)
      }
    }
  }

  @Test(arguments: sets)
  func `binary cross-entropy is stable for huge logits`(set: InstructionSet) {
    let x = Floats([1e4, -1e4, 1e4, -1e4, 0])
    let t = Floats([1, 0, 0, 1, 0.5])
    let gradient = Floats(zeros: 5)
    let sum = ElementLoss.binary.fast(5, 1, x, t, nil, gradient, set)
    #expect(agree(sum.loss, 2e4 + 0.6931471805599453))
    #expect(gradient.values == [0, 0, 1, -1, 0])
  }

  @Test(arguments: sets)
  func `softmax cross-entropy on classes matches the reference`(set: InstructionSet) {
    for classes in sizes where classes > 0 {
      let rows = classes % 2 == 0 ? 6 : 19
      for smoothing in [Float(0), 0.1] {
        for (w, c) in [(false, false), (true, false), (false, true), (true, true)] {
          let x = Floats(random: rows * classes, in: -6...6, offset: classes % 4)
          let labels = (0..<rows).map { Int32($0 * 7 % classes) }
          let weights = w ? Floats(random: rows, in: 0...2, seed: 2) : nil
          let classWeights = c ? Floats(random: classes, in: 0...3, seed: 3, offset: 1) : nil
          let (gradient, naive) = (x.copy(offset: 1), x.copy())
          // In place, as a training step does it.
          let sum = LossKernels.softmaxCrossEntropy(
            rows: rows, classes: classes, logits: gradient.view, labels: labels,
            weights: weights?.view, classWeights: classWeights?.view, smoothing: smoothing,
            gradient: gradient.view, with: set)
          let expected = Reference.softmaxCrossEntropy(
            rows: rows, classes: classes, logits: x.view, labels: labels, weights: weights?.view,
            classWeights: classWeights?.view, smoothing: smoothing, gradient: naive.view)
          #expect(abs(sum.loss - expected.loss) < 2e-6 * max(1, abs(expected.loss)))
          #expect(agree(sum.weight, expected.weight))
          #expect(agree(gradient.values, naive.values, relative: 2e-6, floor: 1))
          #expect(gradient.isIntact)
          let evaluated = LossKernels.softmaxCrossEntropy(
            rows: rows, classes: classes, logits: x.view, labels: labels, weights: weights?.view,
            classWeights: classWeights?.view, smoothing: smoothing, gradient: nil, with: set)
          #expect(evaluated == sum)
        }
      }
    }
  }

  @Test(arguments: sets)
  func `softmax cross-entropy on distributions matches the reference`(set: InstructionSet) {
    for classes in sizes where classes > 0 {
      let rows = classes % 2 == 0 ? 5 : 18
      for (smoothing, c) in [(Float(0), false), (0.2, false), (0, true), (0.2, true)] {
        let x = Floats(random: rows * classes, in: -6...6, offset: classes % 4)
        let t = Floats(random: rows * classes, in: 0...1, seed: 2, offset: 2)
        Softmax.forward(rows: rows, columns: classes, values: t.view)
        let weights = Floats(random: rows, in: 0...2, seed: 3)
        let classWeights = c ? Floats(random: classes, in: 0...3, seed: 4) : nil
        let (gradient, naive) = (x.copy(offset: 1), x.copy())
        let sum = LossKernels.softmaxCrossEntropy(
          rows: rows, classes: classes, logits: gradient.view, targets: t.view,
          weights: weights.view, classWeights: classWeights?.view, smoothing: smoothing,
          gradient: gradient.view, with: set)
        let expected = Reference.softmaxCrossEntropy(
          rows: rows, classes: classes, logits: x.view, targets: t.view, weights: weights.view,
          classWeights: classWeights?.view, smoothing: smoothing, gradient: naive.view)
        #expect(abs(sum.loss - expected.loss) < 2e-6 * max(1, abs(expected.loss)))
        #expect(agree(sum.weight, expected.weight))
        #expect(agree(gradient.values, naive.values, relative: 2e-6, floor: 1))
      }
    }
  }

  @Test(arguments: sets)
  func `softmax cross-entropy is stable for huge logits`(set: InstructionSet) {
    let logits = Floats([1e4, -1e4, 0, -1e4, 1e4, 0, 1e4, 1e4, -.infinity])
    let gradient = Floats(zeros: 9)
    let sum = LossKernels.softmaxCrossEntropy(
      rows: 3, classes: 3, logits: logits.view, labels: [0, 0, 1], weights: nil,
      classWeights: nil, smoothing: 0, gradient: gradient.view, with: set)
    #expect(agree(sum.loss, 2e4 + 0.6931471805599453))
    #expect(gradient.values == [0, 0, 0, -1, 1, 0, 0.5, -0.5, 0])
  }
}
