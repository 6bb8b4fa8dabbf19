import Foundation
import HDF5
import TestSupport
import Testing

@testable import Datasets

/// Damaged files are refused or read, and nothing else happens: `tools/fuzz` on a bounded, seeded
/// set of them.
@Suite struct FuzzTests {
  let folder = TemporaryDirectory()

  @Test func `2000 damaged files crash nothing, and no change of a file with checksums is missed`()
    throws
  {
    let ours = folder.file("ours.h5")
    try SmallDataset(rows: [.train: 40, .test: 5]).write(ours)
    let plain = folder.file("plain.h5")
    try SmallDataset(
      featureType: .float32, rows: [.train: 30],
      storage: StorageOptions(compression: .none, chunkBytes: 200)
    ).write(plain)
    let others = ["Fixtures/h5py.h5", "../HDF5Tests/Fixtures/numbers.h5"].map { fixture($0) }
    let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let process = Process()
    process.executableURL = bundle.deletingLastPathComponent().appendingPathComponent("Fuzz")
    process.arguments = ["--count", "2000", "--seed", "7", ours, plain] + others
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(output)")
    #expect(output.contains("\"files\": 2000"))
    #expect(output.contains("\"diedInUse\": 0"))
    #expect(output.contains("\"missed\": 0"))
  }
}
