import Datasets
import Glibc
import HDF5
import TestSupport
import Testing

/// What is wrong with files: status 1 or 2, a sentence that says so, and nothing left behind.
@Suite struct BadInputTests {
  let workshop = Workshop()

  @Test func `A dataset that cannot be read is refused by every command that reads one`() throws {
    try workshop.writePoints()
    _ = try workshop.json("train --data data.h5 --output run --hidden 4 --epochs 0")
    let whole = try bytes(of: digits)
    try workshop.folder.write([], to: "empty.h5")
    try workshop.folder.write(Array("not HDF5".utf8), to: "text.h5")
    try workshop.folder.write(whole.prefix(whole.count / 2), to: "half.h5")
    let before = try workshop.folder.names()
    for (file, problem) in [
      ("missing.h5", "No such file"), ("empty.h5", "empty"), ("text.h5", "not an HDF5 file"),
      ("half.h5", "truncated"), (".", "folder"),
    ] {
      for line in [
        "train --data \(file) --output new", "evaluate run --data \(file)",
        "predict run --data \(file) --output new.csv",
      ] {
        expectFailure(try workshop.lockstep(line), status: 1, ["\(file): ", problem])
      }
      if file != "." {
        expectFailure(try workshop.lockstep("inspect \(file)"), status: 1, ["\(file): ", problem])
      }
    }
    #expect(try workshop.folder.names() == before)
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func `A file without permission is refused`() throws {
    try workshop.writePoints()
    chmod(workshop.folder.file("data.h5"), 0)
    let outcome = try workshop.lockstep("train --data data.h5 --output run")
    expectFailure(outcome, status: 1, ["data.h5: ", "Permission denied"])
  }

  @Test(arguments: [
    ("broken labels", "broken: starts with the bytes"),
    ("none labels", "none: cannot be opened: No such file"),
    ("nothing labels", "nothing: is empty"),
    ("cut labels", "cut: has 1291 bytes; expected 1296"),
    ("images more", "more: has 81 labels; expected 80"),
    ("zero zero", "zero: has 0 rows"),
    ("labels images", "images: has the shape"),
    ("images named --class-names a,b,c", "labels: has the label 3 in row 3"),
  ])
  func `A source that is wrong is named, and nothing is written`(
    sources: String, fragment: String
  ) throws {
    try workshop.writeImages()
    let images = try bytes(of: workshop.folder.file("images"))
    try workshop.folder.write([1] + images.dropFirst(), to: "broken")
    try workshop.folder.write([], to: "nothing")
    try workshop.folder.write(images.dropLast(5), to: "cut")
    try workshop.folder.write(idx([81], Array(repeating: 1, count: 81)), to: "more")
    try workshop.folder.write(idx([0], []), to: "zero")
    let before = try workshop.folder.names()
    let sources = sources.replacing(" named", with: " labels")
    let outcome = try workshop.lockstep("convert --output new.h5 --train \(sources)")
    expectFailure(outcome, status: 1, [fragment])
    #expect(try workshop.folder.names() == before)
  }

  /// Writes four rows of three features, changed by `change`.
  private func writeRows(
    features: [Float] = Array(repeating: 0.5, count: 12), targets: [Int32] = [0, 1, 2, 1],
    classes: Int? = nil
  ) throws {
    let file = try File(creating: workshop.folder.file("rows.h5"))
    try file.root.createDataset("train/features", .float32, shape: [features.count / 3, 3])
      .write(features)
    try file.root.createDataset("train/targets", .int32, shape: [targets.count]).write(targets)
    if let classes {
      try file.attributes.set("format", to: "lockstep-dataset")
      try file.attributes.set("format_version", to: 1)
      try file.attributes.set("classes", to: classes)
      try file.attributes.set("fingerprint", to: "none")
    }
    try file.close()
  }

  /// Changes the attributes of a file of points, which stays one that Lockstep wrote.
  private func writePoints(changing change: (File) throws -> Void) throws {
    try workshop.writePoints(splits: [.train])
    let file = try File(opening: workshop.folder.file("data.h5"), .readWrite)
    try change(file)
    try file.close()
  }

  @Test func `A checksum for more rows than there are is one for all of them`() throws {
    try writePoints { file in
      try file.dataset("train/features_crc32").attributes.set("rows_per_checksum", to: 1 << 62)
    }
    #expect(try workshop.lockstep("inspect data.h5").status == 0)
  }

  @Test(arguments: [1e-30, 0x1p-64] as [Float])
  func `A scale whose inverse is beyond any integer is shown`(scale: Float) throws {
    try writePoints { file in
      try file.attributes.set("normalization", to: "uniform")
      try file.attributes.set("normalization_scale", to: [scale])
      try file.attributes.set("normalization_shift", to: [Float(0)])
    }
    let outcome = try workshop.lockstep("inspect data.h5")
    #expect(outcome.status == 0 && outcome.output.contains("times "), "\(outcome.error)")
  }

  @Test func `An attribute of many axes and no elements is shown`() throws {
    let file = try File(creating: workshop.folder.file("other.h5"))
    try file.attributes.set(
      "wide", to: [Int32](), shape: Array(repeating: 100, count: 9) + [0])
    try file.close()
    #expect(try workshop.lockstep("inspect other.h5").status == 0)
  }

  @Test func `Predictions that claim more rows than are stored are refused`() throws {
    let rows = 1 << 40
    let file = try File(creating: workshop.folder.file("predictions.h5"))
    for (name, shape) in [("outputs", [rows, 1]), ("row", [rows]), ("class", [rows])] {
      let chunk = shape.map { min($0, 1024) }
      try file.root.createDataset(name, .int32, shape: shape, storage: .chunked(chunk))
    }
    try file.close()
    let outcome = try workshop.lockstep("inspect predictions.h5")
    expectFailure(outcome, status: 1, ["/class", "declares", "0 are stored"])
  }

  @Test func `An epoch that no integer holds is shown`() throws {
    try workshop.writePoints()
    _ = try workshop.json("train --data data.h5 --output run --hidden 4 --epochs 1")
    try workshop.folder.write(
      Array("[{\"epoch\":1e300,\"samplesPerSecond\":1e300}]".utf8),
      to: "run/history.json")
    #expect(try workshop.lockstep("inspect run").status == 0)
  }

  @Test func `Names that are not one for each class are refused, also of distributions`() throws {
    let file = try File(creating: workshop.folder.file("rows.h5"))
    try file.root.createDataset("train/features", .float32, shape: [4, 1]).write(
      [1, 2, 3, 4] as [Float])
    try file.root.createDataset("train/targets", .float32, shape: [4, 4])
      .write([Float](repeating: 0.25, count: 16))
    try file.attributes.set("class_names", to: ["a", "b"])
    try file.close()
    try expectRefusal(
      ["--task is classification", "rows.h5 has 2 names in /@class_names", "4 target values"],
      status: 2, "--task classification")
  }

  private func expectRefusal(_ fragments: [String], status: Int = 1, _ options: String = "") throws
  {
    let outcome = try workshop.lockstep("train --data rows.h5 --output run \(options)")
    expectFailure(outcome, status: status, fragments)
    #expect(try workshop.folder.names() == ["rows.h5"])
  }

  @Test func `Features and targets of different length are refused`() throws {
    try writeRows(targets: [0, 1, 2])
    try expectRefusal(["rows.h5: /train/targets has 3 rows", "expected 4"])
  }

  @Test func `Zero rows are refused`() throws {
    try writeRows(features: [], targets: [])
    try expectRefusal(["rows.h5: /train/features has 0 rows"])
  }

  @Test func `A label outside the classes is refused`() throws {
    try writeRows(targets: [0, 1, 7, 1], classes: 3)
    try expectRefusal(["rows.h5: /train/targets", "7", "row 2", "expected", "0 to 2"])
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `A feature that is not finite is refused`(value: Float) throws {
    var features = Array(repeating: Float(0.5), count: 12)
    features[7] = value
    try writeRows(features: features)
    try expectRefusal([
      "rows.h5: /train/features has \(value) in row 2, column 1", "expected finite",
    ])
  }

  @Test(arguments: [
    ("--batch-size 5", "--batch-size is 5, more than the 4 rows"),
    ("--batch-size 4 --shards 5", "--shards is 5, more than the 4 samples"),
    ("--class-weights 1,2", "--class-weights: 2 class weights are given for 3 classes"),
    ("--activation step", "--activation: layer 0 (dense 128, step) cannot be trained through"),
    ("--loss softmaxCrossEntropy --task regression", "--loss is softmaxCrossEntropy, but the task"),
    ("--shuffle full --block-rows 2", "--shuffle gives blockRows or windowBlocks with mode full"),
  ])
  func `A setting that does not fit the data is named`(option: String, fragment: String) throws {
    try writeRows()
    try expectRefusal([fragment], status: 2, option)
  }

  @Test func `A budget that the data exceeds is refused with the arithmetic`() throws {
    try writeRows()
    try expectRefusal(["rows.h5: /train takes", "--memory-budget"], "--memory-budget 20")
  }

  @Test func `A network that does not fit the data is refused`() throws {
    try writeRows()
    let text = "{ network: [{ layer: 'dense', units: 7 }] }"
    try workshop.folder.write(Array(text.utf8), to: "run.json5")
    let outcome = try workshop.lockstep("train run.json5 --data rows.h5 --output run")
    expectFailure(outcome, status: 2, ["run.json5: ", "3 classes", "7 outputs"])
    #expect(try workshop.folder.names() == ["rows.h5", "run.json5"])
  }

  @Test func `Data of another shape than the network takes is refused`() throws {
    try writeRows()
    try workshop.writePoints()
    _ = try workshop.json("train --data data.h5 --output run --hidden 4 --epochs 0")
    for line in ["evaluate run", "predict run --output new.h5"] {
      let outcome = try workshop.lockstep("\(line) --data rows.h5 --split train")
      expectFailure(outcome, status: 1, ["--data: rows.h5 has features of shape [3]", "takes [7]"])
    }
    let split = try workshop.lockstep("predict run --output new.h5 --data rows.h5 --split test")
    expectFailure(split, status: 1, ["rows.h5"])
    #expect(try workshop.folder.names() == ["data.h5", "rows.h5", "run"])
  }

  @Test func `What is no checkpoint, or a damaged one, is refused`() throws {
    try workshop.writePoints()
    let run = try workshop.json("train --data data.h5 --output run --hidden 4 --epochs 0")
    let checkpoint = try #require(run["checkpoint"] as? String)
    var content = try bytes(of: workshop.folder.file(checkpoint))
    let text = Array("0-dense".utf8)
    let place = try #require(content.indices.last { content[$0...].starts(with: text) })
    content[place + 3] ^= 1
    try workshop.folder.write(content, to: "damaged.h5")
    try workshop.folder.write(content.prefix(2000), to: "cut.h5")
    for file in ["data.h5", "damaged.h5", "cut.h5", "missing.h5"] {
      let outcome = try workshop.lockstep("evaluate \(file) --data data.h5")
      expectFailure(outcome, status: 1, ["\(file): "])
    }
    let empty = try workshop.shell("mkdir empty && \"$lockstep\" evaluate empty --data data.h5")
    expectFailure(empty, status: 1, ["empty: has no checkpoint"])
  }

  @Test func `What exists is kept unless --force is given`() throws {
    try workshop.writeImages()
    let convert = "convert --output data.h5 --train images labels --test images labels"
    let train = "train --data data.h5 --output run --hidden 4 --epochs 1"
    let predict = "predict run --data data.h5 --output out.csv"
    for line in [convert, train, predict] {
      #expect(try workshop.lockstep(line).status == 0)
      let name = ["convert": "data.h5", "train": "run", "predict": "out.csv"][
        String(line.prefix { $0 != " " })]!
      expectFailure(try workshop.lockstep(line), status: 1, ["\(name): exists", "--force"])
      #expect(try workshop.lockstep(line + " --force").status == 0)
    }
  }

  @Test func `A loss that is not finite stops the run, and its last checkpoint is good`() throws {
    try workshop.writePoints()
    var outcome = try workshop.lockstep(
      "train --data data.h5 --output run --hidden 4 --learning-rate 1e30 --json")
    // The lines before are about the run.
    outcome.error = String(outcome.error.split(separator: "\n").last ?? "")
    expectFailure(outcome, status: 1, ["is not finite at step", "last checkpoint is good"])
    #expect(try workshop.json("evaluate run --data data.h5")["loss"] != nil)
  }
}
