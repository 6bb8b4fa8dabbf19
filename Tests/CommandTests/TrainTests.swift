import Datasets
import Settings
import TestSupport
import Testing

@Suite struct TrainTests {
  let workshop = Workshop()

  init() throws { try workshop.writePoints() }

  private func configuration(of run: String) throws -> SettingValue {
    try SettingValue(json5: bytes(of: workshop.folder.file("\(run)/run.json5")), source: run)
  }

  @Test func `Every option reaches the run's configuration`() throws {
    let outcome = try workshop.lockstep(
      "train --data data.h5 --output run --hidden 6,5 --activation tanh --dropout 0.25 "
        + "--loss meanSquaredError --output-activation sigmoid --optimizer sgd --schedule cosine "
        + "--learning-rate 0.5 --weight-decay 0.01 --batch-size 12 --accumulate 2 --epochs 1 "
        + "--seed 7 --shards 3 --workers 2 --class-weights 1,2,0.5 --task classification "
        + "--shuffle window --block-rows 4 --window-blocks 5 --clip-norm 1.5 --early-stopping 3 "
        + "--memory-budget 64M")
    #expect(outcome.status == 0, "\(outcome.error)")
    guard case .object(let members) = try configuration(of: "run") else { return }
    let expected: [String: SettingValue] = [
      "learningRate": 0.5, "weightDecay": 0.01, "batchSize": 12, "accumulate": 2, "epochs": 1,
      "seed": 7, "shards": 3, "classWeights": [1.0, 2.0, 0.5], "task": "classification",
      "shuffle": ["mode": "window", "blockRows": 4, "windowBlocks": 5], "clipNorm": 1.5,
      "earlyStopping": 3, "loss": ["loss": "meanSquaredError"],
      "schedule": ["schedule": "cosine", "minimum": 0.0, "warmupSteps": 0],
    ]
    for (key, value) in expected { #expect(members[key] == value, "\(key)") }
    let network = members["network"]?.json() ?? ""
    for part in ["tanh", "\"units\":6", "\"units\":5", "\"rate\":0.25", "sigmoid"] {
      #expect(network.contains(part))
    }
  }

  @Test func `An option beats the run file, and what it names anew loses the old parameters`()
    throws
  {
    let text = """
      {
        hidden: [4], epochs: 9, seed: 3,
        optimizer: { optimizer: "sgd", momentum: 0.9 },
        schedule: { schedule: "step", every: 10 },
        shuffle: "none",
      }
      """
    try workshop.folder.write(Array(text.utf8), to: "run.json5")
    func settings(_ options: String) throws -> SettingValue {
      let line = "train run.json5 --data data.h5 --output run --force --epochs 0 " + options
      #expect(try workshop.lockstep(line).status == 0)
      return try configuration(of: "run")
    }
    func named(_ value: SettingValue, _ key: String) -> SettingValue? {
      if case .object(let members) = value { members[key] } else { nil }
    }
    let kept = try settings("--optimizer sgd")
    #expect(named(kept, "epochs") == 0)
    #expect(named(kept, "seed") == 3)
    #expect(named(named(kept, "optimizer")!, "momentum") == 0.9)
    #expect(named(named(kept, "schedule")!, "every") == 10)
    #expect(named(kept, "shuffle") == ["mode": "none"])
    let replaced = try settings("--optimizer adam --schedule cosine --shuffle full --seed 4")
    #expect(named(named(replaced, "optimizer")!, "optimizer") == "adam")
    #expect(named(named(replaced, "schedule")!, "schedule") == "cosine")
    #expect(named(replaced, "shuffle") == ["mode": "full"])
    #expect(named(replaced, "seed") == 4)
  }

  @Test func `A run's own configuration trains the same run again`() throws {
    let line = "train --data data.h5 --output one --hidden 6 --dropout 0.2 --epochs 2 --shards 3"
    let one = try workshop.json(line)
    let two = try workshop.json("train one/run.json5 --data data.h5 --output two")
    #expect(one["parametersSHA256"] as? String == two["parametersSHA256"] as? String)
  }

  @Test func `The number of workers changes nothing, and more than shards are not used`() throws {
    let line = "train --data data.h5 --hidden 6 --epochs 2 --shards 2 --output"
    let hashes = try [1, 2, 5].map { workers in
      let run = try workshop.json("\(line) run\(workers) --workers \(workers)")
      #expect(number(run, "workers") == Double(min(workers, 2)))
      return run["parametersSHA256"] as? String
    }
    #expect(Set(hashes).count == 1)
    let words = try workshop.lockstep("\(line) run9 --workers 9").output
    #expect(words.contains("--workers 9 is more than there are shards: 2 are used"))
  }

  @Test func `People are told what is trained, how it goes, and what to do next`() throws {
    let outcome = try workshop.lockstep(
      "train --data data.h5 --output run --hidden 6 --epochs 3 --shards 2")
    #expect(outcome.status == 0 && outcome.error.isEmpty)
    for part in [
      "dense 6, relu", "softmaxCrossEntropy", "adam (", "--shards 2 gives the same bits",
      "train 120, validation 40, test 40", "12 samples each; 10 steps an epoch, 30 in 3 epochs",
      "shuffle", "memory", "\n    3 ", "test        loss",
      "checkpoint  run/checkpoints/step-000000030.h5",
      "next        lockstep evaluate run --data data.h5",
    ] {
      #expect(outcome.output.contains(part), "\(part)")
    }
    #expect(!outcome.output.contains("\u{1b}") && !outcome.output.contains("\r"))
  }

  @Test func `With --json the document is all there is on standard output`() throws {
    let outcome = try workshop.lockstep(
      "train --data data.h5 --output run --hidden 6 --epochs 1 --json")
    #expect(outcome.output.hasPrefix("{") && outcome.output.hasSuffix("}\n"))
    #expect(outcome.error.contains("epoch") && outcome.error.contains("dense 6"))
  }

  @Test func `No epochs write the initial checkpoint and stop`() throws {
    let run = try workshop.json("train --data data.h5 --output run --hidden 6 --epochs 0")
    #expect(number(run, "steps") == 0 && run["train"] != nil)
    #expect(number(run, "test.loss") != nil && number(run, "validation.loss") != nil)
    #expect(run["checkpoint"] as? String == "run/checkpoints/step-000000000.h5")
  }

  @Test func `A run that stops early says so`() throws {
    let outcome = try workshop.lockstep(
      "train --data data.h5 --output run --hidden 6 --epochs 60 --learning-rate 0.3 "
        + "--early-stopping 1")
    #expect(outcome.output.contains("Stopped early: the validation loss has not improved for 1 ep"))
  }

  @Test func `Data that others made are trained on by the names of their datasets`() throws {
    try workshop.writePoints(to: "own.h5", splits: [.train])
    let line = "--data own.h5 --features /train/features --targets /train/targets"
    let run = try workshop.json("train \(line) --output run --hidden 6 --epochs 1")
    #expect(number(run, "train.loss") != nil)
    let evaluated = try workshop.json("evaluate run \(line) --split train")
    #expect(number(evaluated, "samples") == 120)
    let half = try workshop.lockstep("train --data own.h5 --features /train/features --output two")
    expectFailure(half, status: 1, ["own.h5", "--features and --targets"])
  }

  @Test func `A profile is told, given as JSON, and traced to a file`() throws {
    let line = "train --data data.h5 --hidden 6 --epochs 2 --batch-size 20"
    let plain = try workshop.json("\(line) --output plain")
    let run = try workshop.json("\(line) --output run --profile=trace.json")
    #expect(plain["profile"] == nil)
    #expect(run["parametersSHA256"] as? String == plain["parametersSHA256"] as? String)
    #expect(number(run, "profile.steps") == 12)
    #expect(try workshop.folder.names().contains("trace.json"))
    let words = try workshop.lockstep("\(line) --profile --output words")
    #expect(words.output.contains("backward dense") && words.output.contains("efficiency"))
    let again = try workshop.lockstep("\(line) --output again --profile=trace.json")
    expectFailure(again, status: 1, ["trace.json: exists already"])
    let wrong = try workshop.lockstep("\(line) --output again --profile=trace")
    expectFailure(wrong, status: 2, ["--profile is trace; expected a name that ends in .json"])
    #expect(try !workshop.folder.names().contains("again"))
  }

  @Test func `Tuning writes a run file that trains, and replaces none`() throws {
    try workshop.folder.write(Array("{ hidden: [6], epochs: 1 }".utf8), to: "own.json5")
    let tune = "tune own.json5 --data data.h5 --seconds 1"
    let tuned = try workshop.json("\(tune) --write tuned.json5")
    #expect((tuned["trials"] as? [Any])?.isEmpty == false)
    let run = try workshop.json("train tuned.json5 --data data.h5 --output run")
    #expect(number(run, "shards") == number(tuned, "shards"))
    #expect(number(run, "epochs") == 1)
    let again = try workshop.lockstep("\(tune) --write own.json5")
    expectFailure(again, status: 1, ["own.json5: exists already; choose another name"])
  }
}
