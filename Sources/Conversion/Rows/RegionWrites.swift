import Datasets
import Dispatch

/// Writes rows to a region of a file on a thread of its own. What makes the rows exchanges a buffer that is
/// full for an empty one, and touches the full one no more. One thread calls it.
final class RegionWrites {
  /// So many buffers are on their way at a time.
  static let mostBuffers = 4

  private let region: WaitingRows.Region
  private let queue = DispatchQueue(label: "rows to a file")
  private let places = DispatchSemaphore(value: mostBuffers)
  private let state = State()
  private let group = DispatchGroup()

  /// What both threads use. (Not the writer itself: it waits for the other one before it goes.)
  private final class State: @unchecked Sendable {
    let monitor = Monitor()
    // Touched only inside `monitor.locked`.
    var idle: [UnsafeMutableRawBufferPointer] = []
    var failure: ConversionError?
  }

  init(to region: WaitingRows.Region) { self.region = region }

  deinit { freeBuffers() }

  /// Gives back the memory of empty buffers, once all is in the file.
  func freeBuffers() {
    group.wait()
    state.monitor.locked {
      for buffer in state.idle { buffer.deallocate() }
      state.idle = []
    }
  }

  /// Begins to write the first bytes of a buffer.
  ///
  /// - Parameter place: in the region.
  /// - Returns: another buffer of the same size, for the rows that come next.
  /// - Throws: also for what could not be written before.
  func write(
    _ buffer: UnsafeMutableRawBufferPointer, _ byteCount: Int, at place: Int
  ) throws(ConversionError) -> UnsafeMutableRawBufferPointer {
    if let failure = state.monitor.locked({ state.failure }) { throw failure }
    places.wait()
    let next = state.monitor.locked { state.idle.popLast() }
    nonisolated(unsafe) let (region, buffer) = (region, buffer)
    queue.async(group: group) { [state, places] in
      do throws(ConversionError) {
        try region.file.write(
          UnsafeRawBufferPointer(rebasing: buffer[..<byteCount]), at: region.offset + place)
      } catch {
        state.monitor.locked { state.failure = state.failure ?? error }
      }
      state.monitor.locked { state.idle.append(buffer) }
      places.signal()
    }
    return next ?? .allocate(byteCount: buffer.count, alignment: 16)
  }

  /// Returns when all is in the file.
  func wait() throws(ConversionError) {
    group.wait()
    if let failure = state.monitor.locked({ state.failure }) { throw failure }
  }
}
