/// Decoded units of a column (see `ColumnReader`) that blocks need in parts, kept for the next
/// block up to a number of bytes; the oldest go first.
///
/// Any thread may use it. Two that want the same unit decode it once.
final class UnitCache: @unchecked Sendable {
  /// A unit's rows. Whoever holds it may read it, also when the cache has let it go.
  final class Unit: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
      bytes = .allocate(byteCount: max(1, byteCount), alignment: 64)
    }

    deinit { bytes.deallocate() }
  }

  private let monitor = Monitor()
  private var capacity = 0
  private var byteCount = 0
  private var units: [Int: Unit] = [:]
  private var loading: Set<Int> = []
  /// The numbers of the units held, in the order they came.
  private var order: [Int] = []
  private var oldest = 0

  /// Sets how many bytes are kept, besides what is in use.
  func keep(bytes: Int) {
    monitor.locked {
      capacity = bytes
      shrink()
    }
  }

  /// The unit of this number; `load` fills it where it is not held.
  func unit(
    _ number: Int, byteCount bytes: Int,
    load: (UnsafeMutableRawBufferPointer) throws(DatasetError) -> Void
  ) throws(DatasetError) -> Unit {
    let held = monitor.locked { () -> Unit? in
      while true {
        if let unit = units[number] { return unit }
        if loading.insert(number).inserted { return nil }
        monitor.wait(.threads)
      }
    }
    if let held { return held }
    let unit = Unit(byteCount: bytes)
    defer {
      monitor.locked {
        loading.remove(number)
        monitor.signal(.threads)
      }
    }
    try load(UnsafeMutableRawBufferPointer(rebasing: unit.bytes[..<bytes]))
    monitor.locked {
      units[number] = unit
      order.append(number)
      byteCount += bytes
      shrink()
    }
    return unit
  }

  private func shrink() {
    while byteCount > capacity, oldest < order.count {
      byteCount -= units.removeValue(forKey: order[oldest])?.bytes.count ?? 0
      oldest += 1
    }
    if oldest > 1024 {
      order.removeFirst(oldest)
      oldest = 0
    }
  }
}
