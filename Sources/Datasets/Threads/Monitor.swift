import Glibc

/// A lock with two conditions: one that background threads wait on, one that the thread which they
/// work for waits on. POSIX's, which ThreadSanitizer sees.
///
/// It holds no state: what it protects are the fields of the class that owns it, touched only
/// inside `locked`.
package final class Monitor: @unchecked Sendable {
  package enum Condition: Int {
    case owner, threads
  }

  // Never moved: POSIX forbids it.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let conditions: UnsafeMutablePointer<pthread_cond_t>

  package init() {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    conditions = .allocate(capacity: 2)
    conditions.initialize(repeating: pthread_cond_t(), count: 2)
    pthread_cond_init(conditions, nil)
    pthread_cond_init(conditions + 1, nil)
  }

  deinit {
    pthread_cond_destroy(conditions)
    pthread_cond_destroy(conditions + 1)
    conditions.deallocate()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  package func locked<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Lets go of the lock until the condition is signalled; call it inside `locked`, in a loop.
  package func wait(_ condition: Condition) {
    pthread_cond_wait(conditions + condition.rawValue, mutex)
  }

  /// Wakes all that wait on the condition.
  package func signal(_ condition: Condition) {
    pthread_cond_broadcast(conditions + condition.rawValue)
  }
}
