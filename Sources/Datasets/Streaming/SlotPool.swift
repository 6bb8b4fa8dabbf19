/// The free slots of a stream's memory, which all passes over it share: the next may begin to read
/// while the last rows of one are in use.
///
/// Touched only with the monitor's lock held.
final class SlotPool: @unchecked Sendable {
  let monitor = Monitor()
  private var free: [Int32]

  init(slots: Int) {
    // The lowest first, so that memory beyond what is needed is never touched.
    free = (0..<Int32(slots)).reversed()
  }

  var freeCount: Int { free.count }

  /// Takes slots, those first that were given back last: the caches may still hold them.
  ///
  /// - Precondition: so many are free.
  func take(_ count: Int) -> [Int32] {
    defer { free.removeLast(count) }
    return Array(free.suffix(count))
  }

  func giveBack(_ slots: some Sequence<Int32>) { free += slots }
}
