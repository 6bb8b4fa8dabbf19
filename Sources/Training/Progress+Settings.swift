import Settings

extension Progress {
  var settings: SettingValue {
    var members: [String: SettingValue] = [
      "epoch": .integer(epoch), "batch": .integer(batch), "step": .integer(step),
      "epochsSinceBest": .integer(epochsSinceBest), "plateau": plateau.settings,
      "sums": [
        "loss": .number(sums.loss), "weight": .number(sums.weight),
        "correct": .integer(sums.correct), "rows": .integer(sums.rows),
      ],
    ]
    members["best"] = best.map {
      ["value": .number($0.value), "epoch": .integer($0.epoch), "step": .integer($0.step)]
    }
    return .object(members)
  }

  init(settings: SettingValue, path: String) throws {
    var reader = try SettingsReader(settings, path: path)
    let counts = 0...Int.max
    epoch = try reader.integer("epoch", in: 0...1_000_000)
    batch = try reader.integer("batch", in: 0...1 << 40)
    step = try reader.integer("step", in: 0...1 << 60)
    epochsSinceBest = try reader.integer("epochsSinceBest", in: counts)
    plateau = try reader.object("plateau").map { try Plateau.State($0) } ?? plateau
    if var members = try reader.object("best") {
      best = BestEpoch(
        value: try members.number("value", "a number") { _ in true },
        epoch: try members.integer("epoch", in: counts),
        step: try members.integer("step", in: counts))
      try members.finish()
    }
    if var members = try reader.object("sums") {
      sums.loss = try members.number("loss", "a number") { _ in true }
      sums.weight = try members.number("weight", "a number") { _ in true }
      sums.correct = try members.integer("correct", in: counts)
      sums.rows = try members.integer("rows", in: counts)
      try members.finish()
    }
    try reader.finish()
  }
}
