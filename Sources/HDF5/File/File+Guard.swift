extension File {
  private static let guardian = Lock<(@Sendable (String) throws(HDF5Error) -> Void)?>(nil)

  /// Has `check` called with the path of each file before it is opened; where it throws, the file
  /// is not opened. For the whole process: a program's choice, not a library's.
  public static func guardOpening(
    with check: @escaping @Sendable (String) throws(HDF5Error) -> Void
  ) {
    guardian.withLock { $0 = check }
  }

  static func askGuard(about path: String) throws(HDF5Error) {
    if let check = guardian.withLock({ $0 }) { try check(path) }
  }
}
