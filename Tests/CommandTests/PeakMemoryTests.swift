import Foundation
import Glibc
import HDF5
import TestSupport
import Testing

/// What a run, or a conversion, takes in memory beyond what the same one on a few rows takes stays
/// within the budget, whatever the size of the file.
@Suite struct PeakMemoryTests {
  private let workshop = Workshop()

  struct Shape: Sendable, CustomTestStringConvertible {
    var type: ElementType
    var width: Int
    var chunkRows: Int?
    var splitsRows = false
    var filters: [Filter] = [.deflate(1)]
    var batch: Int
    var blockRows: Int
    var windowBlocks: Int

    var testDescription: String {
      "\(width) \(type), chunks of \(chunkRows ?? 0), batches of \(batch), window of \(windowBlocks) × \(blockRows)"
    }
  }

  private static let budget = 8 << 20
  /// What differs from run to run: the allocator's leftovers, the stacks of threads.
  private static let slack = 3 << 20

  @Test(arguments: [
    Shape(type: .uint8, width: 784, chunkRows: 167, batch: 64, blockRows: 167, windowBlocks: 16),
    Shape(type: .float32, width: 784, chunkRows: 41, batch: 64, blockRows: 41, windowBlocks: 30),
    Shape(type: .float32, width: 784, chunkRows: nil, batch: 128, blockRows: 64, windowBlocks: 16),
    Shape(type: .float64, width: 100, chunkRows: 500, batch: 32, blockRows: 100, windowBlocks: 20),
    Shape(type: .float16, width: 300, chunkRows: 64, batch: 4, blockRows: 128, windowBlocks: 32),
    Shape(type: .int16, width: 1000, chunkRows: 7, batch: 100, blockRows: 14, windowBlocks: 64),
    Shape(type: .int64, width: 16, chunkRows: 1024, batch: 1000, blockRows: 1024, windowBlocks: 16),
    Shape(
      type: .float32, width: 500, chunkRows: 100, splitsRows: true,
      filters: [.shuffle, .deflate(1)], batch: 64, blockRows: 100,
      windowBlocks: 16),
    Shape(type: .uint16, width: 64, chunkRows: 4000, batch: 64, blockRows: 4000, windowBlocks: 2),
    Shape(
      type: .float32, width: 12, chunkRows: 4000, batch: 512, blockRows: 1000, windowBlocks: 20),
  ])
  func `Memory stays within the budget, and does not grow with the file`(shape: Shape) throws {
    let rowBytes = shape.width * shape.type.byteCount
    let rows = 10 << 20 / rowBytes
    let base = try peak(shape, rows: max(shape.batch, 64), windowed: false)
    let once = try peak(shape, rows: rows)
    let eightfold = try peak(shape, rows: 8 * rows)
    #expect(once - base < Self.budget + Self.slack)
    #expect(eightfold - base < Self.budget + Self.slack)
    // Both vary; the file is 70 MiB larger.
    #expect(eightfold - once < 2 * Self.slack)
  }

  /// Rows of a byte, of which other things than features take the most: numbers, places and labels.
  @Test func `A conversion of narrow rows stays within the budget`() throws {
    let conversion =
      "convert --train x.idx y.idx --output data.h5 --force --memory-budget 64M --chunk-bytes 16K "
      + "--compression none --shuffle none --duplicates ignore"
    func peak(rows: Int) throws -> Int {
      let bytes = (0..<rows).map { UInt8($0 % 10) }
      try workshop.folder.write(idx([rows, 1], bytes), to: "x.idx")
      try workshop.folder.write(idx([rows], bytes), to: "y.idx")
      return try self.peak(conversion)
    }
    #expect(try peak(rows: 4 << 20) - peak(rows: 100) < 64 << 20)
  }

  /// Bytes that a run takes at most.
  private func peak(_ shape: Shape, rows: Int, windowed: Bool = true) throws -> Int {
    try write(shape, rows: rows)
    let window =
      "--shuffle window --block-rows \(shape.blockRows) --window-blocks \(shape.windowBlocks)"
    let line =
      "train --data data.h5 --output run --force --hidden 2 --shards 2 --epochs 1 "
      + "--batch-size \(shape.batch) --memory-budget \(Self.budget) " + (windowed ? window : "")
    return try peak(line)
  }

  /// Bytes that the program takes at most with the words of a line.
  private func peak(_ line: String) throws -> Int {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Lockstep.path)
    process.arguments = line.split(separator: " ").map(String.init)
    process.currentDirectoryURL = URL(fileURLWithPath: workshop.folder.path)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    var peak = 0
    while process.isRunning {
      peak = max(peak, residentPeak(of: process.processIdentifier) ?? 0)
      usleep(2000)
    }
    #expect(process.terminationStatus == 0)
    return peak
  }

  /// The most that a process has had in memory so far.
  private func residentPeak(of process: pid_t) -> Int? {
    guard
      let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kilobytes = Int(line.filter(\.isNumber))
    else { return nil }
    return kilobytes << 10
  }

  private func write(_ shape: Shape, rows: Int) throws {
    let path = workshop.folder.file("data.h5")
    unlink(path)
    let file = try File(creating: path)
    var storage = Storage.contiguous
    if let chunkRows = shape.chunkRows {
      let width = shape.splitsRows ? (shape.width + 2) / 3 : shape.width
      storage = .chunked([min(rows, chunkRows), width], filters: shape.filters)
    }
    let features = try file.root.createDataset(
      "train/features", shape.type, shape: [rows, shape.width], storage: storage)
    let bandRows = max(1, 1 << 20 / (shape.width * shape.type.byteCount))
    let zeros = [UInt8](repeating: 0, count: bandRows * shape.width * shape.type.byteCount)
    for start in stride(from: 0, to: rows, by: bandRows) {
      let range = start..<min(start + bandRows, rows)
      try zeros.withUnsafeBytes {
        try features.write(
          Slab(rows: range, of: [rows, shape.width]), as: shape.type,
          from: UnsafeRawBufferPointer(
            rebasing: $0[..<(range.count * shape.width * shape.type.byteCount)]))
      }
    }
    try file.root.createDataset("train/targets", .uint8, shape: [rows])
      .write((0..<rows).map { UInt8($0 % 3) })
    try file.close()
  }
}
