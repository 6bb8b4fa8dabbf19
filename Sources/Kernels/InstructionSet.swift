import CKernels
import Glibc

/// The vector instructions that the kernels use.
///
/// The environment variable `LOCKSTEP_INSTRUCTIONS` forces one; otherwise it is the best that the
/// processor has. The choice is part of the numerics identity: another one gives other last bits.
package enum InstructionSet: String, CaseIterable, Sendable {
  /// Also stands for the four-lane code of processors that are not x86.
  case sse2
  /// With FMA.
  case avx2
  case avx512

  /// The set that kernels use unless they are told another: the forced one, where it can be used.
  package static let current: InstructionSet = {
    if let requested, let set = try? forced(requested) { return set }
    return allCases.last(where: \.isAvailable) ?? .sse2
  }()

  /// Whether this processor has it.
  package var isAvailable: Bool { kernel_instructions_available(code) }

  /// Throws where `LOCKSTEP_INSTRUCTIONS` names a set that is unknown or that this processor lacks.
  package static func check() throws(NumericsError) {
    if let requested { _ = try forced(requested) }
  }

  /// The set that a value of `LOCKSTEP_INSTRUCTIONS` asks for.
  package static func forced(_ name: String) throws(NumericsError) -> InstructionSet {
    if let set = InstructionSet(rawValue: name), set.isAvailable { return set }
    let usable = allCases.filter(\.isAvailable).map(\.rawValue).joined(separator: ", ")
    throw NumericsError("LOCKSTEP_INSTRUCTIONS is \"\(name)\": this processor can use \(usable)")
  }

  private static var requested: String? {
    getenv("LOCKSTEP_INSTRUCTIONS").map { String(cString: $0) }
  }

  private var code: kernel_instructions {
    switch self {
    case .sse2: KERNEL_SSE2
    case .avx2: KERNEL_AVX2
    case .avx512: KERNEL_AVX512
    }
  }

  /// This set's loops.
  var loops: UnsafePointer<kernels> { kernels_for(code) }
}
