import Datasets
import Foundation
import HDF5
import TestSupport
import Testing

@testable import Training

/// What happens to the newest checkpoint's file never leads to a wrong resume, nor to a crash.
@Suite struct DamagedCheckpointTests {
  private let folder = TemporaryDirectory()
  private let run: String
  private let newest: String
  private let good: String
  private let content: [UInt8]

  init() throws {
    let path = folder.file("classes.h5")
    try SyntheticDataset.writeClasses(to: path, rows: [.train: 100, .validation: 20])
    var configuration = RunConfiguration()
    configuration.hidden = [6, 5]
    configuration.epochs = 2
    configuration.ema = 0.9
    configuration.shards = 3
    run = folder.file("run")
    _ = try Trainer(configuration, data: Dataset(path: path))
      .train(into: RunDirectory(creating: run))
    let files = try RunDirectory.checkpoints(in: run)
    newest = files[files.count - 1]
    good = files[files.count - 2]
    content = try bytes(of: newest)
  }

  /// Puts `bytes` in place of the newest checkpoint, and says which one is found then.
  private func find(_ bytes: [UInt8]) throws -> FoundCheckpoint {
    try Data(bytes).write(to: URL(fileURLWithPath: newest))
    return try RunDirectory.find(run)
  }

  @Test func `one bit flipped anywhere is found out, or means nothing`() throws {
    let whole = try Checkpoint(path: newest)
    var random = SeededGenerator(seed: 7)
    var passedOver = 0
    for _ in 0..<200 {
      var bytes = content
      let position = Int.random(in: 0..<bytes.count, using: &random)
      bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      let found = try find(bytes)
      if found.path == newest {
        // Room that nothing uses: all that is read is as it was.
        #expect(found.damaged.isEmpty)
        #expect(found.checkpoint.progress == whole.progress)
        #expect(found.checkpoint.configuration == whole.configuration)
        for (read, written) in zip(found.checkpoint.tensors, whole.tensors) {
          let layout = whole.model.network.layout
          #expect(layout.sha256(of: read.values) == layout.sha256(of: written.values))
        }
      } else {
        passedOver += 1
        #expect(found.path == good)
        #expect(found.damaged.map(\.path) == [newest])
        #expect(found.damaged[0].problem.isEmpty == false)
      }
    }
    #expect(passedOver > 100)
  }

  @Test func `truncated or empty, the newest is passed over and the reason told`() throws {
    var random = SeededGenerator(seed: 8)
    for length in [0, 1, content.count - 1]
      + (0..<30).map({ _ in random.next() }).map({
        Int($0 % UInt64(content.count))
      })
    {
      let found = try find(Array(content.prefix(length)))
      #expect(found.path == good)
      #expect(found.damaged.map(\.path) == [newest])
    }
    #expect(try find([]).damaged[0].problem.contains("empty"))
  }

  @Test func `a tensor that is damaged is named, and looked at all the same`() throws {
    let name = "optimizer/secondMoment/1-dense/weight"
    let offset = try #require(try File(opening: newest).dataset(name).fileOffset)
    var bytes = content
    bytes[offset + 5] ^= 0x10
    #expect(try find(bytes).damaged[0].problem.contains("/\(name) fails its checksum"))
    let (checkpoint, failed) = try Checkpoint.examine(newest)
    #expect(failed.map(\.name) == ["/\(name)", "checksum"])
    #expect(checkpoint.progress.epoch == 2)
  }

  @Test func `where all are damaged, nothing is found, and each is named`() throws {
    let files = try RunDirectory.checkpoints(in: run)
    for file in files { try Data().write(to: URL(fileURLWithPath: file)) }
    let error = #expect(throws: TrainingError.self) { try RunDirectory.find(run) }
    for file in files { #expect(error?.description.contains(file) == true) }
  }

  @Test func `a damaged file is not counted among those that are kept, nor removed`() throws {
    try Data().write(to: URL(fileURLWithPath: newest))
    let found = try RunDirectory.find(run)
    let entries = try CheckpointEntry.entries(of: found, in: run)
    #expect(!entries.map(\.path).contains(newest))
    #expect(entries.map(\.path).contains(good))
  }
}
