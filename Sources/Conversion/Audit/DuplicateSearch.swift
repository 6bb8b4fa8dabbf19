import CXXHash
import Datasets
import Dispatch
import Glibc

/// Finds rows that are there more than once, by 88 bits of a hash of each (XXH3): two different rows
/// have the same one by chance in hardly any data set that fits a disk.
///
/// Hashes beyond those that fit in memory go to a file without a name, sorted, and are merged in the
/// end.
final class DuplicateSearch {
  /// What was found: rows of each split that are equal to one before them in it, those that are in
  /// another split before it, and a few of both.
  struct Result {
    var duplicates: [SplitName: Int] = [:]
    var leaked: [SplitName: Int] = [:]
    var examples: [Audit.Duplicate] = []
  }

  /// Behind the hash: the split, in the file's order, then the row's number.
  private static let numberBits: UInt128 = 1 << 38 - 1
  private static let splitShift: UInt128 = 38
  private static let hashBits: UInt128 = ~(1 << 40 - 1)
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
    _ split: SplitName, numbers: [Int], features: UnsafeRawBufferPointer,
    targets: UnsafeRawBufferPointer
  ) throws(ConversionError) {
    let rows = numbers.count
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
      hashes.append(
        whole & Self.hashBits | mark << Self.splitShift
          | UInt128(truncatingIfNeeded: numbers[row]) & Self.numberBits)
      if hashes.count == memoryRows { try spillRun() }
    }
  }

  func finish() throws(ConversionError) -> Result {
    var count = Count()
    if runs.isEmpty {
      sort()
      for hash in hashes { count.add(hash) }
    } else {
      if !hashes.isEmpty { try spillRun() }
      hashes = []
      try merge { count.add($0) }
    }
    return count.result
  }

  /// Counts equal hashes that come one after another, in the order of their splits and numbers.
  private struct Count {
    private(set) var result = Result()
    private var first: UInt128?
    /// The first row of each split that has the hash.
    private var firsts: [Int?] = [nil, nil, nil]

    mutating func add(_ value: UInt128) {
      if let first, (first ^ value) & DuplicateSearch.hashBits != 0 { close() }
      first = value
      let split = Int(value >> DuplicateSearch.splitShift & 3)
      let row = Int(value & DuplicateSearch.numberBits)
      let name = SplitName.allCases[split]
      if let earlier = firsts[split] {
        result.duplicates[name, default: 0] += 1
        result.add(Audit.Duplicate(split: name, row: row, otherSplit: name, otherRow: earlier))
      } else {
        firsts[split] = row
      }
      if let other = firsts[..<split].firstIndex(where: { $0 != nil }) {
        result.leaked[name, default: 0] += 1
        result.add(
          Audit.Duplicate(
            split: name, row: row, otherSplit: SplitName.allCases[other], otherRow: firsts[other]!))
      }
    }

    mutating func close() {
      firsts = [nil, nil, nil]
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

extension DuplicateSearch.Result {
  /// So many are told of each kind: those with the smallest numbers.
  private static let mostExamples = 3

  fileprivate mutating func add(_ example: Audit.Duplicate) {
    let alike = examples.indices.filter { examples[$0].isLike(example) }
    guard alike.count == Self.mostExamples else { return examples.append(example) }
    let last = alike.max { examples[$0].row < examples[$1].row }!
    if example.row < examples[last].row { examples[last] = example }
  }
}
