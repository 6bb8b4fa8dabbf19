import COneDNN
import COpenBLAS

/// What the bits of a result belong to, besides the run's configuration.
package enum NumericsIdentity {
  /// Rises whenever a change of the program changes the bits of a result.
  package static let programVersion = "0.3.0"

  /// Program version, instruction set, and each library's version and code path:
  /// "lockstep 0.3.0; avx2; oneDNN 2.6.3 avx2; OpenBLAS 0.3.21 Zen".
  package static let current = [
    "lockstep \(programVersion)", InstructionSet.current.rawValue, oneDNN, openBLAS,
  ].joined(separator: "; ")

  private static var oneDNN: String {
    guard let version = dnnl_version()?.pointee else { return "oneDNN" }
    let path = String(cString: dnnl_cpu_isa2str(dnnl_get_effective_cpu_isa()))
    let prefix = "cpu_isa_"
    return "oneDNN \(version.major).\(version.minor).\(version.patch) "
      + (path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path)
  }

  private static var openBLAS: String {
    guard openblas_load() == nil else { return "no OpenBLAS" }
    let words = String(cString: openblas_configuration()).split(separator: " ")
    return "OpenBLAS \(words.count > 1 ? words[1] : "?") \(String(cString: openblas_core()))"
  }
}
