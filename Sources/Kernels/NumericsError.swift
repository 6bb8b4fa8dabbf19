/// Arithmetic that cannot be trusted on this machine: a library that is missing or computes wrong
/// results, or an instruction set that was asked for and is not there.
public struct NumericsError: Error, CustomStringConvertible, Equatable {
  /// What was found, what is needed, what to do.
  public var problem: String

  public init(_ problem: String) {
    self.problem = problem
  }

  public var description: String { problem }
}
