import TestSupport
import Testing

/// How words become options, and what is said when they do not.
@Suite struct CommandLineTests {
  let workshop = Workshop()

  @Test(arguments: [
    ("", "expected a command: convert, train, resume, evaluate, predict, inspect, verify, tune"),
    ("trian", "trian is unknown as a command; did you mean train?"),
    ("fly", "fly is unknown as a command; known are convert, train"),
    ("--json train", "--json stands before the command"),
    ("train --epoch 3", "--epoch is unknown to lockstep train; did you mean --epochs?"),
    ("train --lerning-rate=3", "--lerning-rate is unknown to lockstep train; did you mean"),
    ("train --zzz", "--zzz is unknown to lockstep train; lockstep train --help lists"),
    ("train -x", "-x is unknown to lockstep train"),
    ("train --output run --data", "--data is given no value; expected a path: --data FILE.h5"),
    ("train --data --output run", "--data is given no value"),
    ("train --data= --output run", "--data is empty; expected a path"),
    ("train --force=yes", "--force takes no value; found --force=yes"),
    ("train --seed 1 --seed 2", "--seed is given twice, as 1 and as 2"),
    ("train --output run", "--data FILE.h5 is missing"),
    ("train --data d.h5", "--output RUN_DIR is missing"),
    ("train a.json5 b.json5 --data d.h5 --output run", "b.json5 is one word too many"),
    ("evaluate --data d.h5", "too few words; usage: lockstep evaluate"),
    ("predict run --data d.h5 --output p.txt", "--output is p.txt; expected a name that ends in"),
    ("evaluate run --data d.h5 --split tests", "--split is tests; expected one of train"),
    ("evaluate run --data d.h5 --workers 0", "--workers is 0; expected an integer from 1"),
    ("evaluate run --data d.h5 --workers two", "--workers is two; expected an integer"),
    ("evaluate run --data d.h5 --memory-budget lots", "--memory-budget is lots; expected a size"),
    ("evaluate run --data d.h5 --memory-budget 0", "--memory-budget is 0"),
    ("evaluate run --data d.h5 --memory-budget 9999999T", "--memory-budget is 9999999T"),
    ("convert --output d.h5", "there is nothing to convert"),
    ("convert --train i l", "--output FILE is missing"),
    ("convert --output d.h5 --train i l -- more", "more is one word too many"),
    ("convert --output d.h5 --train i l --test-fraction 1", "--test-fraction is 1; expected"),
    ("convert --output d.h5 --train i l --test-fraction nan", "--test-fraction is nan; expected"),
    ("convert --output d.h5 --train i l --seed -1", "--seed is -1; expected an integer of at"),
    ("convert --output d.h5 --train i l --compression gzip:10", "--compression is gzip:10"),
    ("convert --output d.h5 --train i l --chunk-bytes 65M", "--chunk-bytes"),
    (
      "convert --output d.h5 --train i l --format tree",
      "--format is tree; expected one of idx, csv, jsonl"
    ),
    (
      "convert --output d.h5 --train i l --test-fraction 0.5 --validation-fraction 0.5",
      "--validation-fraction and --test-fraction"
    ),
  ])
  func `A wrong command line ends with status 2 and names what is wrong`(
    line: String, fragment: String
  ) throws {
    expectFailure(try workshop.lockstep(line), status: 2, [fragment])
    #expect(try workshop.folder.names().isEmpty)
  }

  @Test(arguments: [
    ("--learning-rate 0", "--learning-rate is 0; expected a number above 0"),
    ("--learning-rate -1", "--learning-rate is -1; expected a number above 0"),
    ("--learning-rate nan", "--learning-rate is nan; expected a number above 0"),
    ("--learning-rate=inf", "--learning-rate is inf; expected a number above 0"),
    ("--learning-rate fast", "--learning-rate is \"fast\"; expected a number above 0"),
    ("--epochs 1.5", "--epochs is 1.5; expected an integer from 0"),
    ("--epochs -1", "--epochs is -1"),
    ("--batch-size 0", "--batch-size is 0; expected an integer from 1"),
    ("--hidden 10,,10", "--hidden has \"\"; expected integers from 1"),
    ("--hidden 10,0", "--hidden has 0"),
    ("--activation rely", "--activation is \"rely\"; expected one of identity, step"),
    ("--output-activation relu", "--output-activation is \"relu\""),
    ("--loss mse", "--loss is \"mse\"; expected one of meanSquaredError"),
    ("--optimizer adm", "--optimizer is \"adm\"; expected one of sgd"),
    ("--schedule exponential", "--schedule needs more than a name: gamma is missing"),
    ("--dropout 0.999999999999", "--dropout is 0.999999999999; expected a number from 0 to below"),
    ("--learning-rate 1e-320", "expected a number above 0 that single precision holds"),
    ("--learning-rate 1e39", "--learning-rate is 1e+39; expected a number above 0 that single"),
    ("--dropout 1", "--dropout is 1; expected a number from 0 to below 1"),
    ("--weight-decay -1", "--weight-decay is -1"),
    ("--clip-norm 0", "--clip-norm is 0"),
    ("--accumulate 0", "--accumulate is 0"),
    ("--early-stopping 0", "--early-stopping is 0"),
    ("--seed -5", "--seed is -5"),
    ("--shards 0", "--shards is 0"),
    ("--task guess", "--task is \"guess\"; expected one of classification, regression"),
    ("--class-weights balancd", "--class-weights has \"balancd\"; expected \"balanced\""),
    ("--class-weights 1,-1", "--class-weights has -1"),
    ("--shuffle ful", "--shuffle is \"ful\"; expected one of none, full, window"),
    ("--block-rows 0", "--block-rows is 0"),
    ("--window-blocks x", "--window-blocks is \"x\""),
  ])
  func `A training option that is out of range is named, with what is allowed`(
    option: String, fragment: String
  ) throws {
    let outcome = try workshop.lockstep("train --data nothing.h5 --output run \(option)")
    expectFailure(outcome, status: 2, [fragment])
    #expect(try workshop.folder.names().isEmpty)
  }

  @Test(arguments: [
    ("{ learningRate: 0 }", "run.json5: learningRate is 0; expected a number above 0"),
    ("{ learningrate: 1 }", "run.json5: learningrate is unknown; known here:"),
    ("{ optimizer: { optimizer: 'sgd', momentum: 2 } }", "run.json5: optimizer.momentum is 2"),
    ("{ shuffle: { mode: 'window', rows: 3 } }", "run.json5: shuffle.rows is unknown"),
    ("{ features: 3 }", "run.json5: features is 3; expected a path"),
    ("{ epochs: 1,, }", "run.json5: is not valid JSON5, line 1 column 13"),
    ("{ epochs: 1, epochs: 2 }", "run.json5"),
    ("[]", "run.json5 is []; expected an object"),
    ("", "run.json5"),
  ])
  func `A wrong run file is named with the key that is wrong`(
    text: String, fragment: String
  ) throws {
    try workshop.folder.write(Array(text.utf8), to: "run.json5")
    let outcome = try workshop.lockstep("train run.json5 --data nothing.h5 --output run")
    expectFailure(outcome, status: 2, [fragment])
    #expect(try workshop.folder.names() == ["run.json5"])
  }

  @Test func `A run file that is missing or is something else is refused`() throws {
    let missing = try workshop.lockstep("train none.json5 --data d.h5 --output run")
    expectFailure(missing, status: 2, ["none.json5: cannot be read: No such file"])
    let other = try workshop.lockstep("train \(digits) --data d.h5 --output run")
    expectFailure(other, status: 2, ["digits.h5: is not valid JSON5"])
  }

  @Test func `Options that describe layers cannot stand beside a list of layers`() throws {
    let text = "{ network: [{ layer: 'dense', units: 3 }] }"
    try workshop.folder.write(Array(text.utf8), to: "run.json5")
    let outcome = try workshop.lockstep("train run.json5 --data d.h5 --output run --hidden 5")
    expectFailure(
      outcome, status: 2, ["--hidden describes the layers, and so does network in run.json5"])
  }

  @Test(arguments: [
    ([""], "expected a command: convert"), (["evaluate", "", "--data", "d.h5"], "a word is empty"),
    (["train", "", "--data", "d.h5", "--output", "run"], "a word is empty; expected a path"),
    (["inspect", "--", ""], "a word is empty; expected a path; usage: lockstep inspect"),
  ])
  func `An empty word is refused`(words: [String], fragment: String) throws {
    expectFailure(try Lockstep.run(words, in: workshop.folder.path), status: 2, [fragment])
  }

  @Test func `A setting that is null is left open`() throws {
    let text = "{ clipNorm: null, checkpoints: { every: null }, hidden: [0] }"
    try workshop.folder.write(Array(text.utf8), to: "run.json5")
    let outcome = try workshop.lockstep("train run.json5 --data nothing.h5 --output run")
    expectFailure(outcome, status: 2, ["hidden has 0"])
  }

  @Test func `Words after two dashes are no options`() throws {
    let outcome = try workshop.lockstep("inspect -- --json")
    expectFailure(outcome, status: 1, ["--json: ", "No such file"])
  }

  @Test(arguments: [
    "convert", "train", "resume", "evaluate", "predict", "inspect", "verify", "tune",
  ])
  func `Each command tells about itself`(command: String) throws {
    let outcome = try workshop.lockstep("\(command) --help")
    #expect(outcome.status == 0 && outcome.error.isEmpty)
    #expect(outcome.output.hasPrefix("Usage: lockstep \(command) "))
    #expect(outcome.output.contains("\n  --json "))
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.dropFirst().allSatisfy { $0.count <= 100 })
    #expect(try workshop.lockstep("\(command) -h").output == outcome.output)
    let list = try workshop.lockstep("--help")
    #expect(list.status == 0 && list.output.contains("\n  \(command) "))
  }

  @Test func `The version is told`() throws {
    let outcome = try workshop.lockstep("--version")
    #expect(outcome.status == 0)
    #expect(outcome.output.wholeMatch(of: /lockstep \d+\.\d+\.\d+\n/) != nil)
  }
}
