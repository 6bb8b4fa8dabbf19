/// What the bits of a result belong to, besides the run's configuration.
package enum NumericsIdentity {
  /// Rises whenever a change of the program changes the bits of a result.
  package static let programVersion = "0.1.0"

  /// Program version, instruction set, and each library's version and code path.
  package static let current = "lockstep \(programVersion); \(InstructionSet.current.rawValue)"
}
