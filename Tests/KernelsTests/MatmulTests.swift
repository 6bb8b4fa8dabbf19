import Dispatch
import Kernels
import Synchronization
import Testing

@Suite struct MatmulTests {
  init() { _ = LibraryThreads.started }

  /// Around the widths of tiles and blocks, where each form's edges lie.
  static let shapes: [(m: Int, n: Int, k: Int)] = [
    (1, 1, 1), (1, 1, 65), (2, 64, 3), (3, 130, 5), (4, 7, 2), (5, 16, 9), (6, 17, 8), (7, 31, 33),
    (12, 15, 1), (13, 33, 16), (16, 1, 40), (23, 10, 30), (25, 65, 12), (64, 28, 64), (64, 2, 64),
    (31, 49, 257), (100, 3, 70), (270, 5, 3), (97, 70, 130), (9, 14, 520), (10, 7, 1024),
    (150, 9, 1030), (40, 513, 512), (30, 24, 20), (101, 83, 150),
    (101, 88, 150),
  ]

  @Test(arguments: Matmul.Form.allCases, Matmul.Library.allCases)
  func `every library computes every form, overwriting and accumulating`(
    form: Matmul.Form, library: Matmul.Library
  ) throws {
    try Matmul.check()
    for set in library == .direct ? sets : [.current] {
      for (m, n, k) in Self.shapes {
        for accumulate in [false, true] {
          let a = Floats(random: m * k, seed: 1, offset: m % 3)
          let b = Floats(random: k * n, seed: 2, offset: n % 5)
          let c = Floats(random: m * n, seed: 3, offset: k % 7)
          let naive = c.copy()
          Matmul.multiply(
            form, m: m, n: n, k: k, a: a.view, b: b.view, into: c.view, accumulate: accumulate,
            by: library, with: set)
          Reference.multiply(
            form, m: m, n: n, k: k, a: a.view, b: b.view, into: naive.view, accumulate: accumulate)
          #expect(
            agree(c.values, naive.values, relative: 1e-6, floor: Float(k).squareRoot() + 1),
            "\(m)×\(n)×\(k) \(set)")
          #expect(c.isIntact && a.isIntact && b.isIntact)
        }
      }
    }
  }

  @Test(arguments: Matmul.Form.allCases)
  func `empty products are empty, zero or what was there`(form: Matmul.Form) {
    let (a, b) = (Floats(random: 12), Floats(random: 12))
    for (m, n, k) in [(0, 3, 4), (3, 0, 4), (3, 4, 0)] {
      let c = Floats(random: m * n, seed: 3)
      let before = c.values
      Matmul.multiply(
        form, m: m, n: n, k: k, a: a.view, b: b.view, into: c.view, accumulate: true)
      #expect(c.values == before)
      Matmul.multiply(form, m: m, n: n, k: k, a: a.view, b: b.view, into: c.view)
      #expect(c.values.allSatisfy { $0 == 0 })
    }
  }

  @Test(arguments: Matmul.Form.allCases)
  func `concurrent products repeat bit for bit, wherever their operands lie`(form: Matmul.Form)
    throws
  {
    try Matmul.check()
    for (m, n, k) in [(64, 64, 28), (64, 2, 64), (48, 100, 130), (17, 33, 65)] {
      let a = Floats(random: m * k, seed: 1).values
      let b = Floats(random: k * n, seed: 2).values
      let results = Mutex<Set<[UInt32]>>([])
      DispatchQueue.concurrentPerform(iterations: 16) { call in
        Matmul.prepareThread()
        let (a, b) = (Floats(a, offset: call), Floats(b, offset: call * 3 % 16))
        let c = Floats(zeros: m * n, offset: call * 5 % 16)
        Matmul.multiply(form, m: m, n: n, k: k, a: a.view, b: b.view, into: c.view)
        results.withLock { _ = $0.insert(c.bits) }
      }
      #expect(results.withLock { $0.count } == 1, "\(m)×\(n)×\(k)")
    }
  }

  @Test func `loading and calling the libraries starts no thread`() {
    #expect(LibraryThreads.started == 0)
  }
}
