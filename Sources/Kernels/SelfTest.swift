/// Whether this machine computes what it should.
package enum SelfTest {
  /// Compares concurrent matrix products with the reference and with each other, bit for bit.
  ///
  /// - Throws: a `NumericsError` where they differ, where a library is missing, or where
  ///   `LOCKSTEP_INSTRUCTIONS` names a set that this processor lacks.
  package static func run() throws(NumericsError) {
    try InstructionSet.check()
    try Matmul.check()
  }
}
