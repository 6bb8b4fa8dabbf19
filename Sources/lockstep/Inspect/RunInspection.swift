import Glibc
import Settings
import Training

/// A run directory: its epochs, its checkpoints, and the newest of them.
enum RunInspection {
  static func inspect(_ path: String) throws -> Inspection {
    let checkpoints = try RunDirectory.checkpoints(in: path)
    let found = try RunDirectory.find(path)
    let newest = CheckpointInspection.inspection(of: found.checkpoint, path: found.path)
    let history = try history(of: path)
    var paragraphs = [
      "\(path): a run directory, \(Numbers.count(checkpoints.count, "checkpoint"))",
      table(of: checkpoints),
    ]
    if !history.isEmpty {
      paragraphs.append(EpochTable(fitting: history).text(history))
    }
    for damaged in found.damaged {
      paragraphs.append("Cannot be used: \(damaged.problem)")
    }
    paragraphs.append("The checkpoint that the run stands for:")
    return Inspection(
      paragraphs: paragraphs + newest.paragraphs,
      members: [
        "kind": "run", "path": .string(path),
        "checkpoints": .array(
          checkpoints.map {
            ["path": .string($0), "bytes": .integer(byteCount(of: $0))]
          }),
        "damaged": .array(
          found.damaged.map { ["path": .string($0.path), "problem": .string($0.problem)] }),
        "history": .array(history), "checkpoint": newest.json,
        "parametersSHA256": newest.members["parametersSHA256"] ?? .null,
      ])
  }

  /// What each epoch came to; nothing where the run has not finished one.
  private static func history(of path: String) throws -> [SettingValue] {
    let file = path + "/history.json"
    guard access(file, F_OK) == 0 else { return [] }
    let value = try SettingValue(json5: TextFile.read(file), source: file)
    guard case .array(let epochs) = value else {
      throw SettingsError(path: file, problem: "is \(value); expected an array of epochs")
    }
    return epochs
  }

  private static func table(of checkpoints: [String]) -> String {
    var table = Table(["checkpoint": .left, "size": .right])
    // A long run is told by its ends.
    let shown = checkpoints.count <= 12 ? checkpoints[...] : checkpoints.suffix(10)
    if shown.count < checkpoints.count {
      table.add(["… \(Numbers.count(checkpoints.count - shown.count)) older ones", ""])
    }
    for checkpoint in shown { table.add([checkpoint, Numbers.bytes(byteCount(of: checkpoint))]) }
    return table.text
  }
}
