import CHDF5
import Synchronization

/// An identifier of the library, given back when the last reference to it goes.
///
/// A handle keeps its parent alive (a dataset its file): the library closes in that order.
final class Handle: Sendable {
  /// What has to reach the file before an identifier is given back.
  enum Flush {
    case nothing, dataset, file
  }

  let id: hid_t
  private let parent: Handle?
  private let flush: Flush
  private let isClosed = Atomic(false)

  /// The library's words where something of this file could not be written, else nil. The library
  /// forgets that: in 1.10.8 the next flush succeeds, without the data.
  private let loss = Lock<[String]?>(nil)

  /// Whether all attributes of this object could be listed before.
  var hasListedAttributes: Bool {
    get { listedAttributes.load(ordering: .relaxed) }
    set { listedAttributes.store(newValue, ordering: .relaxed) }
  }
  private let listedAttributes = Atomic(false)

  /// Owns `id`, which a checked call has just returned.
  init(_ id: hid_t, parent: Handle? = nil, flush: Flush = .nothing) {
    precondition(id >= 0, "an identifier that no checked call returned")
    self.id = id
    self.parent = parent
    self.flush = flush
  }

  deinit {
    if isClosed.load(ordering: .acquiring) { return }
    if let messages = Library.release(id, flush: flush) { file.lose(messages) }
  }

  /// The handle at the end of the line of parents.
  private var file: Handle { parent?.file ?? self }

  /// Calls `close`, the first time.
  func close(during activity: Activity, _ close: () throws(HDF5Error) -> Void) throws(HDF5Error) {
    try checkUndamaged(during: activity)
    if isClosed.exchange(true, ordering: .acquiringAndReleasing) { return }
    try write(during: activity, close)
  }

  /// Calls `write`, unless data were lost before; they are where it fails.
  func write(during activity: Activity, _ write: () throws(HDF5Error) -> Void) throws(HDF5Error) {
    try checkUndamaged(during: activity)
    do {
      try write()
    } catch {
      lose(error.libraryMessages)
      throw error
    }
  }

  private func lose(_ messages: [String]) { loss.withLock { $0 = $0 ?? messages } }

  private func checkUndamaged(during activity: Activity) throws(HDF5Error) {
    if let messages = loss.withLock({ $0 }) {
      throw activity.error(
        "data that were written before could not reach the file and are lost",
        libraryMessages: messages)
    }
  }
}
