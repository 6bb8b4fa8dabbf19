import Kernels
import Testing

@Suite struct ReductionTests {
  private func pointers(_ gradients: [Floats]) -> [UnsafePointer<Float>] {
    gradients.map { UnsafePointer($0.view.base) }
  }

  @Test(arguments: sets)
  func `the sum over shards has the fixed tree's bits, for any number of shards`(
    set: InstructionSet
  ) {
    for shards in Array(1...20) + [31, 32, 33, 63, 64, 65, 100, 257] {
      let gradients = (0..<shards).map {
        Floats(random: 90, seed: UInt64($0), offset: $0 % 7)
      }
      let (fast, naive) = (Floats(zeros: 70, offset: 1), Floats(zeros: 70))
      pointers(gradients).withUnsafeBufferPointer { pointers in
        let squares = Reduction.reduce(
          gradients: pointers, offset: 13, count: 70, scale: 0.37, into: fast.view, with: set)
        let expected = Reference.reduce(
          gradients: pointers, offset: 13, count: 70, scale: 0.37, into: naive.view)
        #expect(fast.bits == naive.bits, "\(shards) shards")
        #expect(agree(squares, expected, relative: 1e-12))
      }
      #expect(fast.isIntact)
    }
  }

  @Test(arguments: sets)
  func `every length and offset is reduced wholly`(set: InstructionSet) {
    for count in sizes + [511, 512] {
      let gradients = (0..<3).map { Floats(random: count + 3, seed: UInt64($0), offset: $0) }
      let (fast, naive) = (Floats(zeros: count, offset: 3), Floats(zeros: count))
      pointers(gradients).withUnsafeBufferPointer { pointers in
        let squares = Reduction.reduce(
          gradients: pointers, offset: 3, count: count, scale: 2, into: fast.view, with: set)
        let expected = Reference.reduce(
          gradients: pointers, offset: 3, count: count, scale: 2, into: naive.view)
        #expect(agree(squares, expected, relative: 1e-12))
      }
      #expect(fast.bits == naive.bits && fast.isIntact)
    }
  }

  @Test(arguments: sets)
  func `a gradient that is not finite shows in the sum of squares, a huge one does not`(
    set: InstructionSet
  ) {
    for bad in [Float.nan, .infinity, -.infinity] {
      for place in [0, 5, 16] {
        let gradient = Floats(random: 17)
        gradient.view[place] = bad
        let out = Floats(zeros: 17)
        let squares = pointers([gradient]).withUnsafeBufferPointer {
          Reduction.reduce(
            gradients: $0, offset: 0, count: 17, scale: 1, into: out.view, with: set)
        }
        #expect(!squares.isFinite)
      }
    }
    let (huge, out) = (Floats([3e38, -3e38]), Floats(zeros: 2))
    let squares = pointers([huge]).withUnsafeBufferPointer {
      Reduction.reduce(gradients: $0, offset: 0, count: 2, scale: 1, into: out.view, with: set)
    }
    #expect(squares.isFinite)
  }

  @Test(arguments: sets)
  func `products match plain ones`(set: InstructionSet) {
    for count in sizes {
      let (a, b) = (Floats(random: count, offset: 1), Floats(random: count, seed: 2, offset: 2))
      let product = Floats(zeros: count, offset: 3)
      Elementwise.multiply(a.view, b.view, into: product.view, with: set)
      #expect(product.values == zip(a.values, b.values).map { $0 * $1 })
      #expect(product.isIntact)
    }
  }
}
