import CHDF5
import Glibc

/// The C library itself.
///
/// Any thread may call anything in this module. Calls take turns: the library has one global lock,
/// and the lock here adds the error stack to what it protects (and makes a libhdf5 that was built
/// without thread safety safe as well). A long read or write therefore delays every other call in
/// the process; where that matters, read raw chunks (`Dataset.readChunk`) or the file itself at
/// `Dataset.fileOffset`, and convert on your own threads.
public enum Library {
  /// Whether the library has been set up. Held during each call into it.
  private static let lock = Lock(false)

  /// A property list with everything at its default.
  static var defaults: hid_t { hid_t(H5P_DEFAULT) }

  /// The version of the libhdf5 in use: "1.10.8".
  ///
  /// The corresponding C function is `H5get_libversion`.
  public static var version: String {
    var numbers: (UInt32, UInt32, UInt32) = (0, 0, 0)
    _ = H5get_libversion(&numbers.0, &numbers.1, &numbers.2)
    return "\(numbers.0).\(numbers.1).\(numbers.2)"
  }

  /// Lets the library load filters (Blosc, LZ4, …) from its plugin folders, or forbids it. They are
  /// forbidden at first: a plugin runs code that a file asks for by number.
  ///
  /// The corresponding C function is `H5PLset_loading_state`.
  public static func allowPlugins(_ allowed: Bool) throws(HDF5Error) {
    let activity = Activity(operation: "allowing filter plugins", file: "libhdf5")
    try call("H5PLset_loading_state", during: activity) {
      H5PLset_loading_state(allowed ? UInt32(H5PL_FILTER_PLUGIN) : 0)
    }
  }

  /// Calls the library once; a negative result is its failure.
  @discardableResult
  static func call<Status: SignedInteger & Sendable>(
    _ function: StaticString, during activity: Activity, _ body: () -> Status
  ) throws(HDF5Error) -> Status {
    let (status, messages) = run(body)
    if status < 0 { throw activity.error("\(function) failed", libraryMessages: messages) }
    return status
  }

  /// Calls the library once; `failure` is the result that means its failure, nil where none does.
  static func call<Result: Equatable & Sendable>(
    _ function: StaticString, failure: Result?, during activity: Activity, _ body: () -> Result
  ) throws(HDF5Error) -> Result {
    let (result, messages) = run(body)
    if result == failure {
      throw activity.error("\(function) failed", libraryMessages: messages)
    }
    return result
  }

  /// Asks the library for a name, which it writes into memory of a size, and says the length of.
  static func name(
    _ function: StaticString, during activity: Activity,
    _ get: (UnsafeMutablePointer<CChar>?, Int) -> Int
  ) throws(HDF5Error) -> String {
    let length = try call(function, during: activity) { get(nil, 0) }
    guard length <= PATH_MAX else { throw activity.error("a name of \(length) bytes") }
    var name = [CChar](repeating: 0, count: length + 1)
    try call(function, during: activity) { get(&name, name.count) }
    return String(c: name)
  }

  /// Calls the library once, with its printing off.
  ///
  /// - Parameter body: the call; it runs with the lock held, so it calls nothing of this module.
  /// - Returns: its result, and the error stack it left.
  private static func run<Result: Sendable>(_ body: () -> Result) -> (Result, [String]) {
    lock.withLock { isReady in
      if !isReady {
        // At exit the library would close what could not be closed before, and crash.
        _ = H5dont_atexit()
        _ = H5open()
        _ = H5PLset_loading_state(0)
        isReady = true
      }
      // Printing and the error stack belong to the calling thread.
      _ = H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil)
      let result = body()
      return (result, errorStack())
    }
  }

  /// Gives an identifier back.
  ///
  /// Where libhdf5 1.10.8 cannot write what it still holds (a full disk), closing frees the object but
  /// keeps its identifier, and the next look at that crashes. So what is held is written first, and
  /// an object that cannot be written stays open.
  ///
  /// The corresponding C functions are `H5Idec_ref`, `H5Dflush` and `H5Fflush`.
  ///
  /// - Returns: the error stack where data could not be written, else nil.
  static func release(_ id: hid_t, flush: Handle.Flush) -> [String]? {
    lock.withLock { _ in
      _ = H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil)
      // Closing the file may have closed it already.
      guard H5Iis_valid(id) > 0 else { return nil }
      switch flush {
      case .nothing: break
      case .dataset: if H5Dflush(id) < 0 { return errorStack() }
      case .file: if H5Fflush(id, H5F_SCOPE_LOCAL) < 0 { return errorStack() }
      }
      _ = H5Idec_ref(id)
      return nil
    }
  }

  /// The calling thread's error stack, the most specific message first.
  ///
  /// The corresponding C function is `H5Ewalk2`.
  private static func errorStack() -> [String] {
    var messages: [String] = []
    withUnsafeMutablePointer(to: &messages) { messages in
      _ = H5Ewalk2(
        hid_t(H5E_DEFAULT), H5E_WALK_UPWARD,
        { _, entry, messages in
          guard let entry = entry?.pointee, let text = entry.desc else { return 0 }
          let function = entry.func_name.map { String(cString: $0) + ": " } ?? ""
          messages!.assumingMemoryBound(to: [String].self).pointee
            .append(function + String(cString: text))
          return 0
        }, messages)
    }
    return messages
  }
}

extension String {
  /// Characters of C, up to the first that is zero.
  init(c characters: [CChar]) {
    self = String(
      decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
