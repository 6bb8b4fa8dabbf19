import CXXHash
import Datasets
import Dispatch
import Glibc

/// Finds rows that are there more than once, by 88 bits of a hash of each (XXH3): two different rows
/// have the same one by chance in hardly any data set that fits a disk.
///
/// Hashes beyond those that fit in memory go to a file without a name, sorted, and are merged in the
/// end: those with the same first bits, a part of all, on one core.
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
  private let progress: ProgressReporter
  private var hashes: [UInt128] = []
  private var spill: SpillFile?
  /// Where the parts of each sorted run start in the file, in hashes, and where its last one ends.
  private var runs: [[Int]] = []
  /// Hashes with the same first bits are a part.
  private static let partBits = 6
  private static let parts = 1 << partBits

  /// - Parameters:
  ///   - memoryRows: hashes that may be in memory at a time.
  ///   - output: the file beside which there is room.
  ///   - progress: is told how far the merging of hashes from the file is.
  init(
    memoryRows: Int, output: String, _ progress: ProgressReporter = ProgressReporter()
  ) {
    self.memoryRows = max(16, memoryRows)
    self.output = output
    self.progress = progress
  }

  /// Takes rows of a split.
  func add(
    _ split: SplitName, numbers: [Int], features: UnsafeRawBufferPointer,
    targets: UnsafeRawBufferPointer
  ) throws(ConversionError) {
    let rows = numbers.count
    let mark: UInt128 =
      switch split {
      case .train: 0
      case .validation: 1
      case .test: 2
      }
    var first = 0
    while first < rows {
      let some = first..<min(rows, first + memoryRows - hashes.count)
      hashes += Self.hashes(of: some, features, targets, numbers, mark: mark)
      first = some.upperBound
      if hashes.count == memoryRows { try spillRun() }
    }
  }

  /// The hashes of some of the rows of a band, with the split's mark and their numbers, computed on
  /// all cores: each iteration its own.
  private static func hashes(
    of some: Range<Int>, _ features: UnsafeRawBufferPointer, _ targets: UnsafeRawBufferPointer,
    _ numbers: [Int], mark: UInt128
  ) -> [UInt128] {
    let (featureBytes, targetBytes) = (
      features.count / numbers.count, targets.count / numbers.count
    )
    nonisolated(unsafe) let (features, targets) = (features.baseAddress!, targets.baseAddress!)
    return [UInt128](unsafeUninitializedCapacity: some.count) { hashes, filled in
      nonisolated(unsafe) let hashes = hashes.baseAddress!
      let parts = RowParts(some.count, rowBytes: featureBytes + targetBytes)
      DispatchQueue.concurrentPerform(iterations: parts.count) { part in
        for index in parts[part] {
          let row = some.lowerBound + index
          // The targets' hash seeds the features': no copy puts them side by side.
          let seed = lockstep_xxh3_64(targets + row * targetBytes, targetBytes)
          let hash = lockstep_xxh3_128(features + row * featureBytes, featureBytes, seed)
          let whole = UInt128(hash.high64) << 64 | UInt128(hash.low64)
          (hashes + index).initialize(
            to: whole & hashBits | mark << splitShift
              | UInt128(truncatingIfNeeded: numbers[row]) & numberBits)
        }
      }
      filled = some.count
    }
  }

  func finish() throws(ConversionError) -> Result {
    guard !runs.isEmpty else { return finishInMemory() }
    if !hashes.isEmpty { try spillRun() }
    hashes = []
    let rows = runs.reduce(0) { $0 + $1[Self.parts] - $1[0] }
    let pass = PassProgress(.searchingDuplicates, in: .rows, total: rows, to: progress)
    pass.begin(nil)
    nonisolated(unsafe) let search = self
    let counts = pass.concurrentResults(Self.parts, amount: rows) {
      part -> Swift.Result<Result, ConversionError> in
      var count = Count()
      do throws(ConversionError) {
        try search.merge(part) { count.add($0) }
        return .success(count.result)
      } catch {
        return .failure(error)
      }
    }
    pass.end(at: rows)
    var whole = Result()
    for count in counts { whole.add(try count.get()) }
    return whole
  }

  private func finishInMemory() -> Result {
    let ends = sort()
    nonisolated(unsafe) let search = self
    let counts = concurrentResults(Self.parts) { part in
      var count = Count()
      for hash in search.hashes[ends[part]..<ends[part + 1]] { count.add(hash) }
      return count.result
    }
    var whole = Result()
    for count in counts { whole.add(count) }
    return whole
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
  /// - Returns: where each part starts, and where the last one ends.
  private func sort() -> [Int] {
    let shift = UInt128(128 - Self.partBits)
    var ends = [Int](repeating: 0, count: Self.parts + 1)
    for hash in hashes { ends[Int(hash >> shift) + 1] += 1 }
    for part in 0..<Self.parts { ends[part + 1] += ends[part] }
    var starts = ends
    let source = hashes
    hashes.withUnsafeMutableBufferPointer { sorted in
      for hash in source {
        sorted[starts[Int(hash >> shift)]] = hash
        starts[Int(hash >> shift)] += 1
      }
      nonisolated(unsafe) let sorted = sorted
      DispatchQueue.concurrentPerform(iterations: Self.parts) { [ends] part in
        var values = UnsafeMutableBufferPointer(rebasing: sorted[ends[part]..<ends[part + 1]])
        values.sort()
      }
    }
    return ends
  }

  private func spillRun() throws(ConversionError) {
    let ends = sort()
    let spill = if let spill { spill } else { try SpillFile(beside: output) }
    self.spill = spill
    let start = spill.byteCount / MemoryLayout<UInt128>.size
    try hashes.withUnsafeBufferPointer { hashes throws(ConversionError) in
      try spill.append(UnsafeRawBufferPointer(hashes))
    }
    runs.append(ends.map { start + $0 })
    hashes.removeAll(keepingCapacity: true)
  }

  /// Hands out the hashes of a part of all runs in their order.
  private func merge(_ part: Int, _ body: (UInt128) -> Void) throws(ConversionError) {
    guard let spill else { return }
    // The parts that are merged at a time share what the hashes had, which are gone to the file.
    let bufferRows = max(1, memoryRows / runs.count / sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    var readers: [RunReader] = []
    for run in runs where run[part] < run[part + 1] {
      var reader = RunReader(next: run[part], end: run[part + 1], bufferRows: bufferRows)
      try reader.fill(from: spill)
      readers.append(reader)
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
        for child in 2 * place + 1...2 * place + 2 where child < heap.count {
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

  /// Adds what was found among other hashes.
  fileprivate mutating func add(_ other: Self) {
    duplicates.merge(other.duplicates, uniquingKeysWith: +)
    leaked.merge(other.leaked, uniquingKeysWith: +)
    for example in other.examples { add(example) }
  }

  fileprivate mutating func add(_ example: Audit.Duplicate) {
    let alike = examples.indices.filter { examples[$0].isLike(example) }
    guard alike.count == Self.mostExamples else { return examples.append(example) }
    let last = alike.max { examples[$0].row < examples[$1].row }!
    if example.row < examples[last].row { examples[last] = example }
  }
}
