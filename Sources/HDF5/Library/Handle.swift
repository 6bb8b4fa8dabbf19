import CHDF5
import Synchronization

/// An identifier of the library, given back when the last reference to it goes.
///
/// A handle keeps its parent alive (a dataset its file): the library closes in that order.
final class Handle: Sendable {
  let id: hid_t
  private let parent: Handle?
  private let isClosed = Atomic(false)

  /// Owns `id`, which a checked call has just returned.
  init(_ id: hid_t, parent: Handle? = nil) {
    precondition(id >= 0, "an identifier that no checked call returned")
    self.id = id
    self.parent = parent
  }

  deinit {
    if !isClosed.load(ordering: .acquiring) { Library.release(id) }
  }

  /// Whether this was the first call: the caller that gets true closes the identifier itself.
  func markClosed() -> Bool {
    !isClosed.exchange(true, ordering: .acquiringAndReleasing)
  }
}
