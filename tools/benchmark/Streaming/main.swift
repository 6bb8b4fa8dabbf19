import Datasets
import Foundation
import HDF5
import Kernels

// Passes over the training rows of a dataset file as training does, without training, and tells
// how fast: for `streaming.py`, which compares it with other ways to read the same file.
//
//   Streaming FILE.h5 ORDER BATCH DECODERS BUDGET [BLOCK_ROWS WINDOW_BLOCKS]
//
// ORDER is none, window or load (all rows into memory). Row numbers are summed up in a way that
// tells whether each came once, whatever the order.

func fail(_ message: String) -> Never {
  print(message)
  exit(1)
}

let words = CommandLine.arguments
guard words.count >= 6, let batch = Int(words[3]), let decoders = Int(words[4]),
  let budget = Int(words[5])
else { fail("usage: Streaming FILE.h5 ORDER BATCH DECODERS BUDGET [BLOCK_ROWS WINDOW_BLOCKS]") }

let data = try Datasets.Dataset(path: words[1])
let rowBytes = data.featureCount * data.featureType.byteCount
let rows = try data.rows(of: .train)

let geometry: ShuffleGeometry =
  switch words[2] {
  case "none": .none
  case "load": .full
  default:
    words.count > 7
      ? .window(blockRows: Int(words[6])!, windowBlocks: Int(words[7])!)
      : data.defaultWindow(batch: batch)
  }

/// A number's bits well mixed, so that sums of them tell sets of numbers apart (SplitMix64).
func mixed(_ number: Int) -> UInt64 {
  var value = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
  value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
  value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
  return value ^ (value >> 31)
}

/// Draws all rows of a pass, and gathers their features where they come in random order. In a function of
/// its own: each use of a global variable costs.
func draw(from pass: RowPass, of stream: RowStream) throws -> (rows: Int, sum: UInt64) {
  let indices = AlignedBuffer<Int32>(count: batch)
  let width = stream.memory.featureCount
  let out = AlignedBuffer<Float>(count: batch * width)
  var (drawn, sum) = (0, UInt64(0))
  while case let count = try pass.next(batch, into: indices.pointer), count > 0 {
    let places = UnsafeBufferPointer(rebasing: indices.pointer[..<count])
    if words[2] == "window" {
      stream.memory.gather(
        places, scaling: FeatureScaling(.none), into: out.view.prefix(count * width))
    }
    for place in places { sum &+= mixed(stream.rowNumber(position: drawn, index: place)) }
    drawn += count
  }
  return (drawn, sum)
}

let clock = ContinuousClock()
let start = clock.now
let stream = try data.stream(
  .train, geometry: geometry, batch: batch, decoders: decoders, budget: budget)
try stream.prepare()
let loaded = clock.now - start
let pass = stream.pass(seed: 1, epoch: 0)
let passes = clock.now
let (drawn, sum) = try draw(from: pass, of: stream)
let end = clock.now
var expected: UInt64 = 0
for row in 0..<rows { expected &+= mixed(row) }

func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

/// The most memory that this program has had; what `getrusage` tells is at least what the process had
/// that started it.
func peakResidentBytes() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
  return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) << 10
}

let megabytes = Double(rows * rowBytes) / 1e6
print(
  """
  {"rows": \(drawn), "megabytes": \(megabytes), "seconds": \(seconds(end - start)), \
  "loadSeconds": \(seconds(loaded)), "passSeconds": \(seconds(end - passes)), \
  "megabytesPerSecond": \(megabytes / seconds(end - start)), \
  "waitingSeconds": \(seconds(pass.waited)), "planned": \(stream.plan.byteCount), \
  "staysResident": \(stream.plan.staysResident), \
  "peakResidentBytes": \(peakResidentBytes()), "everyRowOnce": \(sum == expected)}
  """)
