import Datasets
import TestSupport
import Testing

/// From sources to predictions, through the program.
@Suite struct WholePathTests {
  let workshop = Workshop()

  @Test func `Convert, train, evaluate, predict and inspect agree with each other`() throws {
    try workshop.writeImages(count: 200)
    let converted = try workshop.json(
      "convert --output data.h5 --train images labels --test-fraction 0.2 "
        + "--validation-fraction 0.1 --class-names nw,ne,sw,se")
    #expect(number(converted, "splits.train.rows") == 140)
    #expect(number(converted, "splits.validation.rows") == 20)
    #expect(number(converted, "splits.test.rows") == 40)
    #expect(member(converted, "classNames") as? [String] == ["nw", "ne", "sw", "se"])

    let trained = try workshop.json(
      "train --data data.h5 --output run --hidden 16 --epochs 15 --learning-rate 0.02 --shards 2")
    #expect(number(trained, "epochs") == 15)
    #expect(number(trained, "steps") == 150)
    #expect(number(trained, "shards") == 2)
    #expect(number(trained, "workers")! >= 1)
    #expect(number(trained, "samplesPerSecond")! > 0)
    #expect(number(trained, "train.loss")! < 0.2)
    #expect(number(trained, "train.accuracy")! > 0.95)
    #expect(number(trained, "validation.accuracy") == 1)
    #expect(number(trained, "test.accuracy") == 1)
    #expect((trained["history"] as? [Any])?.count == 15)
    let hash = try #require(trained["parametersSHA256"] as? String)
    #expect(hash.count == 64)
    let checkpoint = try #require(trained["checkpoint"] as? String)
    #expect(checkpoint.hasPrefix("run/"))

    for path in ["run", checkpoint] {
      let evaluated = try workshop.json("evaluate \(path) --data data.h5")
      #expect(number(evaluated, "loss") == number(trained, "test.loss"))
      #expect(number(evaluated, "accuracy") == 1)
      #expect(number(evaluated, "samples") == 40)
      #expect(evaluated["parametersSHA256"] as? String == hash)
    }
    let validation = try workshop.json("evaluate run --data data.h5 --split validation")
    #expect(number(validation, "loss") == number(trained, "validation.loss"))

    let predicted = try workshop.json("predict run --data data.h5 --output out.csv")
    #expect(number(predicted, "rows") == 40)
    let lines = String(decoding: try bytes(of: workshop.folder.file("out.csv")), as: UTF8.self)
      .split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    #expect(lines[0] == ["row", "class", "nw", "ne", "sw", "se"])
    #expect(lines.count == 41)
    for line in lines.dropFirst() {
      #expect(line[1] == ["nw", "ne", "sw", "se"][Int(line[0])! % 4])
      #expect(abs(line[2...].reduce(0) { $0 + Double($1)! } - 1) < 1e-5)
    }

    #expect(try workshop.json("predict run --data data.h5 --output out.h5")["rows"] != nil)
    let dataset = try workshop.json("inspect data.h5")
    #expect(dataset["kind"] as? String == "dataset")
    #expect(dataset["fingerprint"] as? String == converted["fingerprint"] as? String)
    #expect(member(dataset, "splits.train.classCounts") as? [Int] != nil)
    let run = try workshop.json("inspect run")
    #expect(run["kind"] as? String == "run")
    #expect(run["parametersSHA256"] as? String == hash)
    #expect((run["checkpoints"] as? [Any])?.count == 3)
    let inspected = try workshop.json("inspect \(checkpoint)")
    #expect(inspected["kind"] as? String == "checkpoint")
    #expect(inspected["parametersSHA256"] as? String == hash)
    #expect(number(inspected, "progress.epoch") == 15)
    let predictions = try workshop.json("inspect out.h5")
    #expect(predictions["kind"] as? String == "predictions")
    #expect(number(predictions, "rows") == 40)
  }

  @Test func `Digits are told apart in 97 of 100 cases`() throws {
    let recipe = "{ loss: { loss: 'softmaxCrossEntropy', labelSmoothing: 0.1 } }"
    try workshop.folder.write(Array(recipe.utf8), to: "run.json5")
    let trained = try workshop.json(
      "train run.json5 --data \(digits) --output run --hidden 256,128 --dropout 0.4 "
        + "--batch-size 32 --epochs 30 --learning-rate 0.003 --schedule cosine --shards 2")
    #expect(number(trained, "test.accuracy")! >= 0.97)
  }

  @Test func `A regression is trained, measured and predicted`() throws {
    try workshop.writePoints()
    let trained = try workshop.json(
      "train --data data.h5 --output run --task regression --hidden 8 --epochs 2")
    #expect(number(trained, "train.loss") != nil && member(trained, "train.accuracy") == nil)
    let evaluated = try workshop.json("evaluate run --data data.h5")
    for key in ["loss", "meanAbsoluteError", "rootMeanSquaredError", "rSquared"] {
      #expect(number(evaluated, key) != nil)
    }
    #expect(evaluated["accuracy"] == nil)
    #expect(try workshop.lockstep("predict run --data data.h5 --output out.csv").status == 0)
    let text = String(decoding: try bytes(of: workshop.folder.file("out.csv")), as: UTF8.self)
    #expect(text.hasPrefix("row,output\n"))
    let words = try workshop.lockstep("evaluate run --data data.h5").output
    #expect(words.contains("mean absolute error") && words.contains("R²"))
  }

  @Test func `Rows without targets are predicted, and refused where targets are needed`() throws {
    try workshop.writePoints()
    _ = try workshop.json("train --data data.h5 --output run --hidden 4 --epochs 1")
    let known = try workshop.json("predict run --data data.h5 --output known.csv")
    try workshop.writePoints(to: "bare.h5", hasTargets: false)
    let bare = try workshop.json("predict run --data bare.h5 --output bare.csv")
    #expect(number(bare, "rows") == number(known, "rows"))
    #expect(
      try bytes(of: workshop.folder.file("bare.csv"))
        == bytes(of: workshop.folder.file("known.csv")))
    expectFailure(
      try workshop.lockstep("evaluate run --data bare.h5"), status: 1,
      ["bare.h5", "expected groups train, validation or test with features and targets"])
    #expect(try workshop.json("inspect bare.h5")["kind"] as? String == "dataset")
  }
}
