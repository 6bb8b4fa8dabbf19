import Datasets
import Networks
import Settings
import Training

/// What will be trained, in words: data, network, and every setting that matters.
struct TrainingOverview {
  let plan: Plan
  let dataset: Dataset
  let workers: Int
  /// How the training split passes through memory.
  let data: StreamPlan
  /// How well the shuffle mixes; nil of a full one.
  let quality: ShuffleQuality?

  func text(output: String) -> String {
    var table = Table([.left, .left])
    for (name, words) in lines(output: output) { table.add([name, words]) }
    return plan.model.network.summary + "\n\n" + table.text
  }

  private func lines(output: String) -> [(String, String)] {
    let configuration = plan.configuration
    var lines = [
      ("data", dataset.words), ("rows", dataset.rowWords),
      ("loss", loss),
      ("optimizer", configuration.optimizer.settings.words(naming: "optimizer")),
      ("learning rate", learningRate),
    ]
    if let pull { lines.append(("regularisation", pull)) }
    if let norm = configuration.clipNorm {
      lines.append(("clipping", "to a gradient of norm \(Numbers.significant(norm, 6))"))
    }
    lines += [
      ("batches", batches), ("shards", "\(plan.shards) on \(Numbers.count(workers, "worker"))"),
      ("", "--shards \(plan.shards) gives the same bits on machines of other sizes"),
      ("shuffle", shuffle),
    ]
    lines.append(("seed", "\(configuration.seed)"))
    lines.append(("reading", reading))
    lines.append(("memory", memory))
    lines.append(("output", output))
    return lines
  }

  private var loss: String {
    let words = plan.model.loss.settings.words(naming: "loss")
    return plan.model.classWeights == nil ? words : words + ", classes weighted"
  }

  private var learningRate: String {
    let configuration = plan.configuration
    return Numbers.significant(configuration.learningRate, 6) + ", schedule "
      + configuration.schedule.settings.words(naming: "schedule")
  }

  private var pull: String? {
    let regularization = plan.regularization
    let parts = [
      ("weight decay", regularization.weightDecay), ("L1", regularization.l1),
      ("L2", regularization.l2),
    ].filter { $0.1 != 0 }.map { "\($0.0) \(Numbers.significant($0.1, 6))" }
    guard !parts.isEmpty else { return nil }
    return parts.joined(separator: ", ") + (regularization.decayBiases ? ", biases too" : "")
  }

  private var batches: String {
    let configuration = plan.configuration
    var words = "\(Numbers.count(plan.batchSize, "sample")) each"
    if configuration.accumulate > 1 { words += ", \(configuration.accumulate) to a step" }
    return words + "; \(Numbers.count(plan.stepsPerEpoch, "step")) an epoch, "
      + "\(Numbers.count(plan.totalSteps)) in \(Numbers.count(configuration.epochs, "epoch"))"
  }

  private var shuffle: String {
    plan.geometry.words + (quality.map { "; \($0.words)" } ?? "")
  }

  private var memory: String {
    let training = "\(Numbers.bytes(Int(plan.trainingBytes))) to train"
    guard !data.staysResident else { return "\(Numbers.bytes(data.rowBytes)) of data, " + training }
    return "\(Numbers.bytes(data.rowBytes)) of data, \(Numbers.bytes(data.decodingBytes)) to "
      + "decode, \(Numbers.bytes(data.orderBytes)) for its order, " + training
  }

  /// How the training rows pass through memory.
  private var reading: String {
    guard !data.staysResident else { return "once; the rows stay in memory" }
    return "\(Numbers.count(data.windowBlocks, "block")) of "
      + "\(Numbers.count(data.blockRows, "row")) at a time, \(Numbers.count(data.blocksAhead)) "
      + "ahead, on \(Numbers.count(data.decoders, "thread"))"
  }
}

extension Dataset {
  /// "fashion.h5: 28×28 uint8, 10 classes"
  fileprivate var words: String {
    "\(path): \(Numbers.shape(featureShape)) \(featureType), \(targets.words)"
  }

  fileprivate var rowWords: String { splits.words }
}

extension ShuffleGeometry {
  var words: String {
    switch mode {
    case .none: "none: rows in the order of the file"
    case .full: "full"
    case .window:
      "window of \(Numbers.count(windowBlocks, "block")) of \(Numbers.count(blockRows, "row"))"
    }
  }
}

extension SettingValue {
  /// Something named with parameters, `{ optimizer: "sgd", momentum: 0.9 }`, as "sgd (momentum
  /// 0.9)"; parameters that are switched off or 0 are left out.
  func words(naming key: String) -> String {
    guard case .object(let members) = self, case .string(let name)? = members[key] else {
      return "\(self)"
    }
    let parameters = members.sorted { $0.key < $1.key }.compactMap { member -> String? in
      switch member.value {
      case _ where member.key == key: nil
      case .boolean(false), .integer(0), .number(0): nil
      case .boolean(true): member.key
      case .array(let values): "\(member.key) " + values.map { "\($0)" }.joined(separator: " ")
      default: "\(member.key) \(member.value)"
      }
    }
    return parameters.isEmpty ? name : "\(name) (\(parameters.joined(separator: ", ")))"
  }
}
