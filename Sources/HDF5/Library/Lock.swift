import Glibc

/// A lock around a value. A POSIX mutex rather than `Synchronization.Mutex`, whose waiting
/// ThreadSanitizer does not see.
final class Lock<Value: Sendable>: @unchecked Sendable {
  // Safe to share: `value` is only touched with `mutex` held, and `mutex` never moves.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  init(_ value: Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Calls `body` with the lock held; it must not come here again.
  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&value)
  }
}
