import Dispatch

/// Whether this machine computes what it should.
///
/// The one place in this module that uses threads: what it looks for is libraries that go wrong
/// when several threads call them at once.
package enum SelfTest {
  /// Compares concurrent matrix products with the reference and with each other, bit for bit: once,
  /// whoever asks first.
  ///
  /// - Throws: a `NumericsError` where they differ, where a library is missing, or where
  ///   `LOCKSTEP_INSTRUCTIONS` names a set that this processor lacks.
  package static func run() throws(NumericsError) { try outcome.get() }

  /// The part of `run` that takes no time: whether the libraries are there, and the instructions.
  package static func checkLibraries() throws(NumericsError) {
    try InstructionSet.check()
    try Matmul.check()
  }

  /// Runs `body` with the test going on beside it, and returns when both are done. What the test
  /// found is told by `run`.
  ///
  /// Most of the test is one library that makes its code, on one core, for tens of milliseconds:
  /// time in which files can be opened and read.
  package static func runBeside<Value>(_ body: () throws -> Value) rethrows -> Value {
    // Only while no other thread reads the environment may it be set.
    Matmul.prepareProcess()
    let group = DispatchGroup()
    DispatchQueue.global(qos: .userInitiated).async(group: group) { _ = outcome }
    // A program that ends while a library is at work could crash.
    defer { group.wait() }
    return try body()
  }

  private static let outcome = Result { () throws(NumericsError) in try test() }

  private static func test() throws(NumericsError) {
    try checkLibraries()
    for (m, n, k) in [(37, 50, 29), (72, 64, 80)] {
      for form in Matmul.Form.allCases {
        try check(form, m: m, n: n, k: k)
      }
    }
  }

  private static func check(
    _ form: Matmul.Form, m: Int, n: Int, k: Int
  ) throws(NumericsError) {
    let product = Product(form, m: m, n: n, k: k)
    let libraries = Matmul.Library.allCases
    DispatchQueue.concurrentPerform(iterations: product.calls) { call in
      Matmul.prepareThread()
      product.compute(call, by: libraries[call % libraries.count])
    }
    for call in 0..<product.calls {
      let library = libraries[call % libraries.count]
      guard product.isRight(call) else {
        throw NumericsError(
          "\(library) computed a wrong \(m)×\(n)×\(k) product (\(form)) while others ran beside it:"
            + " results on this machine cannot be trusted; try another version of the library")
      }
      guard product.isSame(call, as: call % libraries.count) else {
        throw NumericsError(
          "\(library) gave two results for one \(m)×\(n)×\(k) product (\(form)): results on this"
            + " machine cannot be repeated; try another version of the library")
      }
    }
  }
}

/// One product, computed several times beside each other.
///
/// Safe to share: each call writes its own part of `results` and reads operands that nobody writes.
private final class Product: @unchecked Sendable {
  let calls = 3 * Matmul.Library.allCases.count * 2
  private let form: Matmul.Form
  private let m: Int
  private let n: Int
  private let k: Int
  private let a: AlignedBuffer<Float>
  private let b: AlignedBuffer<Float>
  private let expected: AlignedBuffer<Float>
  private let results: AlignedBuffer<Float>

  init(_ form: Matmul.Form, m: Int, n: Int, k: Int) {
    (self.form, self.m, self.n, self.k) = (form, m, n, k)
    a = AlignedBuffer(count: m * k)
    b = AlignedBuffer(count: k * n)
    expected = AlignedBuffer(count: m * n)
    results = AlignedBuffer(count: m * n * calls)
    var random = RandomStream(seed: 1, purpose: .selection)
    random.fillUniform(low: -1, high: 1, into: a.view)
    random.fillUniform(low: -1, high: 1, into: b.view)
    Reference.multiply(
      form, m: m, n: n, k: k, a: a.view, b: b.view, into: expected.view, accumulate: false)
  }

  private func result(_ call: Int) -> FloatView {
    results.view.slice(call * m * n..<(call + 1) * m * n)
  }

  func compute(_ call: Int, by library: Matmul.Library) {
    Matmul.multiply(
      form, m: m, n: n, k: k, a: a.view, b: b.view, into: result(call), accumulate: false,
      by: library)
  }

  /// The operands are below 1, so the rounding errors of k additions stay below this bound.
  func isRight(_ call: Int) -> Bool {
    let result = result(call)
    let bound = Float(k) * 1e-6
    return (0..<m * n).allSatisfy { abs(result.base[$0] - expected.view.base[$0]) < bound }
  }

  func isSame(_ call: Int, as other: Int) -> Bool {
    let (result, other) = (result(call), result(other))
    return (0..<m * n).allSatisfy { result.base[$0].bitPattern == other.base[$0].bitPattern }
  }
}
