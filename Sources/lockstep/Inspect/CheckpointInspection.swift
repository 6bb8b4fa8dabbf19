import Datasets
import Settings
import Training

/// A checkpoint. Reading one checks every tensor, so what is shown is whole.
struct CheckpointInspection {
  private let path: String
  private let checkpoint: Checkpoint

  static func inspect(_ path: String) throws -> Inspection {
    inspection(of: try Checkpoint(path: path), path: path)
  }

  static func inspection(of checkpoint: Checkpoint, path: String) -> Inspection {
    let inspection = CheckpointInspection(path: path, checkpoint: checkpoint)
    return Inspection(paragraphs: inspection.paragraphs, members: inspection.members)
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
    facts.add("numerics", checkpoint.numericsIdentity)
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
      table.add([tensor.name, Numbers.shape(tensor.shape), "holds"])
    }
    let states = configuration.optimizer.stateNames
    return table.text
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
        "path": .string(checkpoint.data.path), "fingerprint": .string(checkpoint.data.fingerprint),
      ],
      "inputShape": .array(model.network.inputShape.map { .integer($0) }),
      "outputs": .integer(model.outputs),
      "normalization": model.normalization.settings,
      "numericsIdentity": .string(checkpoint.numericsIdentity),
      "parameters": .integer(model.network.layout.parameterCount),
      "parametersSHA256": .string(checkpoint.parametersSHA256),
      "optimizerStates": .array(configuration.optimizer.stateNames.map { .string($0) }),
      "tensors": .array(
        model.network.layout.tensors.map { tensor in
          [
            "name": .string(tensor.name), "shape": .array(tensor.shape.map { .integer($0) }),
            "checksumHolds": true,
          ]
        }),
    ]
    members.merge(model.targets.members(names: model.classNames)) { $1 }
    return members
  }
}
