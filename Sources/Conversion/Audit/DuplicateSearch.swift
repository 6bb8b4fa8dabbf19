import CXXHash
import Datasets
import Dispatch
import Glibc

/// Finds rows that are there more than once, by a 128-bit hash of each (XXH3): two different rows
/// have the same one by chance in no data set that fits a disk.
///
/// Hashes beyond those that fit in memory go to a file without a name, sorted, and are merged in the
/// end.
final class DuplicateSearch {
  /// In the hash's last two bits: the split, in the file's order.
  private static let splitBits: UInt128 = 3
  private let memoryRows: Int
  private let output: String
  private var hashes: [UInt128] = []
  private var spill: SpillFile?
  /// Hashes of each sorted run in the file.
  private var runs: [Int] = []

  /// - Parameters:
  ///   - memoryRows: hashes that may be in memory at a time.
  ///   - output: the file beside which there is room.
  init(memoryRows: Int, output: String) {
    self.memoryRows = max(16, memoryRows)
    self.output = output
  }

  /// Takes rows of a split.
  func add(
    _ split: SplitName, rows: Int, features: UnsafeRawBufferPointer, targets: UnsafeRawBufferPointer
  ) throws(ConversionError) {
    let featureBytes = features.count / rows
    let targetBytes = targets.count / rows
    let mark: UInt128 =
      switch split {
      case .train: 0
      case .validation: 1
      case .test: 2
      }
    for row in 0..<rows {
      // The targets' hash seeds the features': no copy puts them side by side.
      let seed = XXH3_64bits(targets.baseAddress! + row * targetBytes, targetBytes)
      let hash = XXH3_128bits_withSeed(
        features.baseAddress! + row * featureBytes, featureBytes, seed)
      let whole = UInt128(hash.high64) << 64 | UInt128(hash.low64)
      hashes.append(whole & ~Self.splitBits | mark)
      if hashes.count == memoryRows { try spillRun() }
    }
  }

  /// Rows of each split that are equal to one before them in it, and those that are in another split
  /// before it.
  func finish() throws(ConversionError) -> (duplicates: [SplitName: Int], leaked: [SplitName: Int])
  {
    var count = Count()
    if runs.isEmpty {
      sort()
      for hash in hashes { count.add(hash) }
    } else {
      if !hashes.isEmpty { try spillRun() }
      hashes = []
      try merge { count.add($0) }
    }
    count.close()
    return (count.duplicates, count.leaked)
  }

  /// Counts equal hashes that come one after another.
  private struct Count {
    var duplicates: [SplitName: Int] = [:]
    var leaked: [SplitName: Int] = [:]
    private var last: UInt128?
    private var rows = [0, 0, 0]

    mutating func add(_ hash: UInt128) {
      let row = hash & ~DuplicateSearch.splitBits
      if row != last { close() }
      last = row
      rows[Int(hash & DuplicateSearch.splitBits)] += 1
    }

    mutating func close() {
      var isBefore = false
      for (split, count) in zip(SplitName.allCases, rows) where count > 0 {
        if count > 1 { duplicates[split, default: 0] += count - 1 }
        if isBefore { leaked[split, default: 0] += count }
        isBefore = true
      }
      rows = [0, 0, 0]
    }
  }

  /// Sorts the hashes in memory on all cores: by their first bits into parts, and each part.
  private func sort() {
    let parts = 64
    var ends = [Int](repeating: 0, count: parts)
    for hash in hashes { ends[Int(hash >> 122)] += 1 }
    for part in 1..<parts { ends[part] += ends[part - 1] }
    var starts = [0] + ends.dropLast()
    let source = hashes
    hashes.withUnsafeMutableBufferPointer { sorted in
      for hash in source {
        sorted[starts[Int(hash >> 122)]] = hash
        starts[Int(hash >> 122)] += 1
      }
      nonisolated(unsafe) let sorted = sorted
      DispatchQueue.concurrentPerform(iterations: parts) { [ends] part in
        let start = part == 0 ? 0 : ends[part - 1]
        var values = UnsafeMutableBufferPointer(rebasing: sorted[start..<ends[part]])
        values.sort()
      }
    }
  }

  private func spillRun() throws(ConversionError) {
    sort()
    if spill == nil { spill = try SpillFile(beside: output) }
    try hashes.withUnsafeBufferPointer { hashes throws(ConversionError) in
      try spill!.append(UnsafeRawBufferPointer(hashes))
    }
    runs.append(hashes.count)
    hashes.removeAll(keepingCapacity: true)
  }

  /// Hands out the hashes of all runs in their order.
  private func merge(_ body: (UInt128) -> Void) throws(ConversionError) {
    guard let spill else { return }
    let bufferRows = max(1, memoryRows / runs.count / 2)
    var readers: [RunReader] = []
    var start = 0
    for run in runs {
      var reader = RunReader(next: start, end: start + run, bufferRows: bufferRows)
      try reader.fill(from: spill)
      readers.append(reader)
      start += run
    }
    // A heap of the runs by their first hash.
    var heap = readers.indices.sorted { readers[$0].first < readers[$1].first }
    while let top = heap.first {
      body(readers[top].first)
      if try !readers[top].advance(spill) {
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
      }
      var place = 0
      while true {
        var least = place
        for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
          if readers[heap[child]].first < readers[heap[least]].first { least = child }
        }
        if least == place { break }
        heap.swapAt(place, least)
        place = least
      }
    }
  }

  /// Reads a sorted run from the file, a piece at a time.
  private struct RunReader {
    var next: Int
    let end: Int
    let bufferRows: Int
    private var buffer: [UInt128] = []
    private var place = 0

    init(next: Int, end: Int, bufferRows: Int) {
      self.next = next
      self.end = end
      self.bufferRows = bufferRows
    }

    var first: UInt128 { buffer[place] }

    /// - Returns: false at the end.
    mutating func advance(_ spill: SpillFile) throws(ConversionError) -> Bool {
      place += 1
      if place < buffer.count { return true }
      guard next < end else { return false }
      try fill(from: spill)
      return true
    }

    mutating func fill(from spill: SpillFile) throws(ConversionError) {
      let count = min(bufferRows, end - next)
      let size = MemoryLayout<UInt128>.size
      buffer = Array(repeating: 0, count: count)
      try buffer.withUnsafeMutableBufferPointer { bytes throws(ConversionError) in
        try spill.read(at: next * size, into: UnsafeMutableRawBufferPointer(bytes))
      }
      next += count
      place = 0
    }
  }
}
