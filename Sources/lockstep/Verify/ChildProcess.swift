import Glibc

/// This program once more, in a process of its own.
final class ChildProcess {
  private var identifier: pid_t = 0
  private var hasEnded = false

  /// - Parameters:
  ///   - words: its command line.
  ///   - log: the file that takes what it prints.
  init(_ words: [String], log: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(
      &actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    var arguments = (["lockstep"] + words).map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    let code = posix_spawn(
      &identifier, "/proc/self/exe", &actions, nil, &arguments, environ)
    guard code == 0 else { throw SystemError(operation: "starting a process", code: code) }
  }

  /// Whether it has not ended yet.
  var isRunning: Bool {
    guard !hasEnded else { return false }
    hasEnded = waitpid(identifier, nil, WNOHANG) != 0
    return !hasEnded
  }

  /// Kills it, in the middle of whatever it does.
  func kill() {
    guard isRunning else { return }
    Glibc.kill(identifier, SIGKILL)
    while waitpid(identifier, nil, 0) < 0, errno == EINTR {}
    hasEnded = true
  }
}
