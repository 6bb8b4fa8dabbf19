import Glibc
import HDF5
import Synchronization

/// Looks at every HDF5 file in a process of its own before this one opens it, and at the files that it
/// leads to where that is allowed: the library crashes on some damaged files, and then only that
/// process dies.
enum DamageCheck {
  /// The first word of the command line of such a process; the file and what it may lead to follow.
  static let word = "__walk"

  /// Has the allocator fill fresh memory with garbage: where the library uses memory that it never
  /// set, it crashes here and now, rather than later by chance.
  private static let garbage = "MALLOC_PERTURB_=165"

  private static let checked = Mutex<Set<[String]>>([])

  /// Checks each file that is opened from now on, once.
  static func install() {
    File.guardOpening { path, permissions throws(HDF5Error) in
      let words = [word, path, "\(permissions.rawValue)"]
      guard checked.withLock({ $0.insert(words).inserted }) else { return }
      try check(words)
    }
  }

  /// What the process does.
  static func walk(_ path: String, _ permissions: String) -> Int32 {
    limit(__rlimit_resource_t(RLIMIT_AS.rawValue), 4 << 30)
    limit(__rlimit_resource_t(RLIMIT_CPU.rawValue), 30)
    limit(__rlimit_resource_t(RLIMIT_CORE.rawValue), 0)
    // A program that a thread of libdispatch started has that thread's blocked signals.
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    alarm(60)
    let permissions = Permissions(rawValue: Int(permissions) ?? 0)
    guard let file = try? File(opening: path, allowing: permissions) else { return 1 }
    file.walk()
    return 0
  }

  /// As C takes them, with a nil at the end; to be freed.
  private static func copies(of texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { (text: String) in strdup(text) } + [nil]
  }

  /// Lowers a limit, and leaves one that is lower already.
  private static func limit(_ resource: __rlimit_resource_t, _ most: UInt) {
    var limits = rlimit()
    getrlimit(resource, &limits)
    // Beyond the second limit of processor time comes SIGKILL, which then is another's.
    limits.rlim_max = min(most + 10, limits.rlim_max)
    limits.rlim_cur = min(most, limits.rlim_cur)
    setrlimit(resource, &limits)
  }

  private static func check(_ arguments: [String]) throws(HDF5Error) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var words: [UnsafeMutablePointer<CChar>?] = copies(of: ["lockstep"] + arguments)
    // A crash is expected, and not to be described at length.
    let own = sequence(first: environ) { $0 + 1 }.lazy.map(\.pointee).prefix { $0 != nil }
    var environment = copies(
      of: ["SWIFT_BACKTRACE=enable=no", garbage] + own.map { String(cString: $0!) })
    defer { for text in words + environment { free(text) } }
    var process = pid_t()
    // Where no process can be started the file is opened unchecked, as a library would.
    guard posix_spawn(&process, "/proc/self/exe", &actions, nil, &words, &environment) == 0 else {
      return
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 { if errno != EINTR { return } }
    let signal = status & 0x7F
    guard signal != 0 else { return }
    if signal == SIGINT || signal == SIGTERM { return }
    throw HDF5Error(operation: "opening the file", file: arguments[1], problem: problem(of: signal))
  }

  /// What it says about a file that the process which looked at it was ended by a signal.
  private static func problem(of signal: Int32) -> String {
    switch signal {
    case SIGALRM, SIGXCPU: "is damaged: the HDF5 library does not come to an end with it"
    case SIGKILL:
      "could not be checked: the process that looks at it was killed, for want of memory perhaps; "
        + "try again"
    default:
      "is damaged: the HDF5 library crashes on it (signal \(signal)), or on a file that it leads to "
        + "where that is allowed; get the file again, or convert it again"
    }
  }
}
