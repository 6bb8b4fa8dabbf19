import Datasets
import Foundation
import HDF5
import TestSupport
import Testing

/// Data that do not fit the memory budget, and what can be wrong with them while they are read.
@Suite struct StreamingTests {
  private let workshop = Workshop()
  private let rows = 6000
  /// The rows that stay in memory where there is room take 2.4 MB.
  private let train = "train --hidden 4 --epochs 1 --shards 2 --batch-size 50"
  private let streamed = "--shuffle none --memory-budget 2M"

  private func path(_ name: String) -> String { workshop.folder.file(name) }

  private func writeClasses(_ name: String = "data.h5", _ splits: [SplitName: Int]? = nil) throws {
    try SyntheticDataset.writeClasses(
      to: path(name), rows: splits ?? [.train: rows], features: 100)
  }

  /// Where the features' chunk with this row lies in a file.
  private func placeOfChunk(row: Int, in name: String) throws -> (place: Int, chunkRows: Int) {
    let dataset = try File(opening: path(name)).dataset("train/features")
    guard case .chunked(let chunk) = dataset.layout else { throw CocoaError(.featureUnsupported) }
    let place = try dataset.chunkFileOffset(at: [row / chunk[0] * chunk[0], 0])
    return (try #require(place), chunk[0])
  }

  @Test func `Data that are read from the file train to the bits of data in memory`() throws {
    try writeClasses()
    let shuffle = "--shuffle window --block-rows 100 --window-blocks 8"
    let memory = try workshop.json("\(train) --data data.h5 \(shuffle) --output memory")
    let file = try workshop.lockstep(
      "\(train) --data data.h5 \(shuffle) --memory-budget 2M --output file")
    #expect(file.output.contains("8 blocks of 100 rows at a time"), "\(file.output)")
    #expect(file.output.contains(" s waiting for data"))
    let hash = try workshop.json("inspect file")["parametersSHA256"] as? String
    #expect(hash != nil && hash == memory["parametersSHA256"] as? String)
  }

  @Test func `Several files are one dataset, for every command that reads one`() throws {
    let features = (0..<90).map { Float($0 % 7) }
    let labels = (0..<90).map { UInt8($0 % 3) }
    for (name, range) in [("one.h5", 0..<90), ("first.h5", 0..<41), ("second.h5", 41..<90)] {
      let file = try File(creating: path(name))
      try file.root.createDataset("train/features", .float32, shape: [range.count, 1])
        .write(Array(features[range]))
      try file.root.createDataset("train/targets", .uint8, shape: [range.count])
        .write(Array(labels[range]))
      try file.close()
    }
    let one = try workshop.json("\(train) --data one.h5 --output one")
    let both = "--data first.h5 --data second.h5"
    let two = try workshop.json("\(train) \(both) --output two")
    #expect(one["parametersSHA256"] as? String == two["parametersSHA256"] as? String)
    let evaluated = try workshop.json("evaluate two \(both) --split train")
    #expect(number(evaluated, "samples") == 90)
    #expect(
      number(evaluated, "loss")
        == number(try workshop.json("evaluate one --data one.h5 --split train"), "loss"))
    #expect(try workshop.json("predict two \(both) --split train --output p.csv").isEmpty == false)
    #expect(number(try workshop.json("resume two --epochs 2"), "epochs") == 2)
    let other = try workshop.lockstep("resume two --epochs 3 --data second.h5 --data first.h5")
    expectFailure(other, status: 1, ["--allow-data-change"])
  }

  @Test func `Damage half-way through an epoch leaves the newest checkpoint good`() throws {
    try writeClasses()
    let options = "\(train) --data data.h5 \(streamed) --checkpoint-every 10"
    let expected = try workshop.json("\(options) --output whole")
    let good = try bytes(of: path("data.h5"))
    let (place, chunkRows) = try placeOfChunk(row: 5000, in: "data.h5")
    var bad = good
    bad[place + 9] ^= 4
    try workshop.folder.write(bad, to: "data.h5")
    let outcome = try workshop.lockstep("\(options) --output run --json")
    let chunk = 5000 / chunkRows
    let message =
      "lockstep: error: data.h5: /train/features has damaged data in chunk \(chunk) (rows "
      + "\(chunk * chunkRows) to \(chunk * chunkRows + chunkRows - 1)), at byte \(place) of the file: "
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.error.contains(message), "\(outcome.error)")
    // Most of the epoch is in the newest checkpoint, and with a good file the run goes on from it.
    let steps = try #require(number(try workshop.json("inspect run"), "checkpoint.progress.step"))
    #expect(steps >= 80 && steps < 120)
    try workshop.folder.write(good, to: "data.h5")
    let resumed = try workshop.json("resume run")
    #expect(resumed["parametersSHA256"] as? String == expected["parametersSHA256"] as? String)
  }

  @Test func `A value that is not finite in a split that does not stay is found before training`()
    throws
  {
    try writeClasses("data.h5", [.train: 200, .validation: rows])
    let file = try File(opening: path("data.h5"), .readWrite)
    try file.root.remove("validation/features_crc32")
    let features = try file.dataset("validation/features")
    try features.write([Float.nan], to: Slab(offset: [5432, 7], count: [1, 1]))
    try file.close()
    let outcome = try workshop.lockstep("\(train) --data data.h5 --memory-budget 2M --output run")
    expectFailure(
      outcome, status: 1,
      ["data.h5: /validation/features has nan in row 5432, column 7", "expected finite"])
    #expect(try workshop.folder.names() == ["data.h5"])
  }

  @Test func `Data in other files are read only where an option allows it`() throws {
    let leaving = fixture("../HDF5Tests/Fixtures/leaving.h5")
    for (name, option, problem) in [
      ("/external", "--allow-external", "link to another file"),
      ("/external-storage", "--allow-external", "has its data in other files"),
      ("/virtual", "--allow-virtual", "is a view of other datasets"),
    ] {
      let line =
        "train --data \(leaving) --features \(name) --targets \(name) --task regression "
        + "--epochs 1 --batch-size 2 --shards 1 --hidden 2 --output run\(name)"
      expectFailure(
        try workshop.lockstep(line.replacing("run/", with: "run-")), status: 1,
        [problem, "use \(option) if you trust the file"])
      let allowed = try workshop.lockstep(line.replacing("run/", with: "run-") + " " + option)
      #expect(allowed.status == 0, "\(name): \(allowed.error)")
    }
  }

  @Test func `Sources of views are found from the view's folder where HDF5's variable says so`()
    throws
  {
    for place in ["leaving.h5", "outside.h5", "data/leaving.h5", "data/parts/outside.h5"] {
      let folder = (path(place) as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      let name = (place as NSString).lastPathComponent
      try workshop.folder.write(bytes(of: fixture("../HDF5Tests/Fixtures/" + name)), to: place)
    }
    let options =
      "--features /virtual --targets /virtual --task regression --allow-virtual --epochs 1 "
      + "--batch-size 2 --shards 1 --hidden 2"
    let expected = try workshop.json("train --data leaving.h5 --output beside \(options)")
    let hash = try #require(expected["parametersSHA256"] as? String)
    try FileManager.default.removeItem(atPath: path("outside.h5"))
    for (prefix, folder, data) in [
      ("${ORIGIN}/parts", ".", "data/leaving.h5"), ("${ORIGIN}parts", "data", "leaving.h5"),
    ] {
      let outcome = try workshop.shell(
        """
        cd \(folder)
        HDF5_VDS_PREFIX='\(prefix)' "$lockstep" train --data \(data) \(options) \
          --json --output run --force
        """)
      #expect(outcome.status == 0 && outcome.output.contains(hash), "\(outcome.error)")
    }
  }

  @Test func `Sorted rows and a window too small for them are warned of`() throws {
    for (name, label) in [
      ("sorted.h5", { UInt8($0 * 10 / rows) }), ("mixed.h5", { UInt8($0 % 10) }),
    ] as [(String, (Int) -> UInt8)] {
      let file = try File(creating: path(name))
      try file.createDataset("features", .float32, shape: [rows, 1])
        .write((0..<rows).map { Float($0 % 7) })
      try file.createDataset("targets", .uint8, shape: [rows]).write((0..<rows).map(label))
      try file.close()
    }
    let inspected = try workshop.lockstep("inspect sorted.h5")
    #expect(
      inspected.output.firstMatch(
        of: /order +in the file's order 128-row batches are 1\d\.\d times as uneven/) != nil,
      "\(inspected.output)")
    for (data, blocks, warns) in [
      ("sorted.h5", 2, true), ("sorted.h5", 60, false), ("mixed.h5", 2, false),
    ] {
      let outcome = try workshop.lockstep(
        "\(train) --data \(data) --shuffle window --block-rows 50 --window-blocks \(blocks) "
          + "--output run-\(data)-\(blocks)")
      #expect(outcome.status == 0 && outcome.output.contains("times as uneven as fully shuffled"))
      let text = outcome.output + outcome.error
      #expect(text.contains("lockstep convert --shuffle full") == warns, "\(text)")
    }
  }

  @Test func `A filter that is not there is named, and the option that may bring it`() throws {
    let file = fixture("../HDF5Tests/Fixtures/unsupported.h5")
    let line = "train --data \(file) --features lzf --targets lzf --task regression --output run"
    let problem =
      "has chunks that went through lzf (filter 32000), which this libhdf5 does not have"
    expectFailure(
      try workshop.lockstep(line), status: 1,
      [problem, "use --allow-plugins if you trust the file"])
    expectFailure(
      try workshop.lockstep(line + " --allow-plugins"), status: 1,
      [problem + ", nor a plugin for it that can be loaded"])
  }
}
