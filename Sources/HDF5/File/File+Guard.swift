extension File {
  /// Is given the path of a file, and what it may lead to beyond itself.
  public typealias OpeningCheck = @Sendable (String, Permissions) throws(HDF5Error) -> Void

  private static let guardian = Lock<OpeningCheck?>(nil)

  /// Has `check` called for each file before it is opened; where it throws, the file is not opened.
  /// For the whole process: a program's choice, not a library's.
  public static func guardOpening(with check: @escaping OpeningCheck) {
    guardian.withLock { $0 = check }
  }

  static func askGuard(about path: String, _ permissions: Permissions) throws(HDF5Error) {
    if let check = guardian.withLock({ $0 }) { try check(path, permissions) }
  }
}
