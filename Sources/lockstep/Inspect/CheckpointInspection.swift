import Datasets
import Settings
import Training

/// A checkpoint. Reading one checks every tensor; what fails is shown all the same, and said.
struct CheckpointInspection {
  private let path: String
  private let checkpoint: Checkpoint
  private let failed: [Checkpoint.FailedChecksum]

  static func inspect(_ path: String) throws -> Inspection {
    let (checkpoint, failed) = try Checkpoint.examine(path)
    return inspection(of: checkpoint, path: path, failed: failed)
  }

  static func inspection(
    of checkpoint: Checkpoint, path: String, failed: [Checkpoint.FailedChecksum] = []
  ) -> Inspection {
    let inspection = CheckpointInspection(path: path, checkpoint: checkpoint, failed: failed)
    return Inspection(
      paragraphs: inspection.paragraphs, members: inspection.members,
      problem: failed.first.map { "\(path): \($0.problem)" })
  }

  private func holds(_ tensor: String) -> Bool {
    !failed.contains { $0.name == "/parameters/\(tensor)" }
  }

  private var model: Model { checkpoint.model }
  private var configuration: RunConfiguration { checkpoint.configuration }

  private var paragraphs: [String] {
    var facts = Facts()
    facts.add(
      "progress",
      "\(Numbers.count(checkpoint.progress.epoch, "epoch")) of \(configuration.epochs) done, "
        + Numbers.count(checkpoint.progress.step, "step"))
    facts.add("task", "\(model.task.rawValue), \(model.targets.words)")
    if let names = model.classNames { facts.add("classes", names.joined(separator: ", ")) }
    facts.add("features", model.normalization.words)
    facts.add("trained on", "\(checkpoint.data.path), fingerprint \(checkpoint.data.fingerprint)")
    for period in checkpoint.numerics {
      let since = period.step > 0 ? ", from step \(Numbers.count(period.step)) on" : ""
      facts.add("numerics", period.identity + since)
    }
    for check in failed { facts.add("damaged", check.problem) }
    facts.add("parameters", "SHA-256 \(checkpoint.parametersSHA256)")
    return [
      "\(path): a checkpoint, \(Numbers.bytes(byteCount(of: path)))",
      model.network.summary, facts.text, tensors,
      "Configuration:\n" + configuration.settings.json(pretty: true),
    ]
  }

  private var tensors: String {
    var table = Table(["tensor": .left, "shape": .left, "checksum": .left])
    for tensor in model.network.layout.tensors {
      table.add([tensor.name, Numbers.shape(tensor.shape), holds(tensor.name) ? "holds" : "FAILS"])
    }
    let states = configuration.optimizer.stateNames
    return table.text
      + (checkpoint.keepsAverage ? "\nA moving average of the same, which evaluation uses" : "")
      + (states.isEmpty ? "" : "\nThe same of the optimizer: \(states.joined(separator: ", "))")
  }

  private var members: [String: SettingValue] {
    let progress = checkpoint.progress
    var members: [String: SettingValue] = [
      "kind": "checkpoint", "path": .string(path), "bytes": .integer(byteCount(of: path)),
      "progress": [
        "epoch": .integer(progress.epoch), "batch": .integer(progress.batch),
        "step": .integer(progress.step),
      ],
      "configuration": configuration.settings,
      "task": .string(model.task.rawValue),
      "data": [
        "path": .string(checkpoint.data.path),
        "paths": .array(checkpoint.data.paths.map { .string($0) }),
        "fingerprint": .string(checkpoint.data.fingerprint),
      ],
      "inputShape": .array(model.network.inputShape.map { .integer($0) }),
      "outputs": .integer(model.outputs),
      "normalization": model.normalization.settings,
      "numericsIdentity": .string(checkpoint.numericsIdentity),
      "numerics": .array(
        checkpoint.numerics.map {
          ["step": .integer($0.step), "identity": .string($0.identity)]
        }),
      "parameters": .integer(model.network.layout.parameterCount),
      "parametersSHA256": .string(checkpoint.parametersSHA256),
      "optimizerStates": .array(configuration.optimizer.stateNames.map { .string($0) }),
      "checksumsHold": .boolean(failed.isEmpty),
      "failed": .array(failed.map { .string($0.name) }),
      "tensors": .array(
        model.network.layout.tensors.map { tensor in
          [
            "name": .string(tensor.name), "shape": .array(tensor.shape.map { .integer($0) }),
            "checksumHolds": .boolean(holds(tensor.name)),
          ]
        }),
    ]
    members.merge(model.targets.members(names: model.classNames)) { $1 }
    return members
  }
}
