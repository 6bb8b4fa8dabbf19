import Datasets
import Kernels
import Networks

/// The weights that a run starts from, read: those that evaluation of their checkpoint uses.
struct StartingWeights {
  private let path: String
  private let isPartial: Bool
  private let layout: ParameterLayout
  private let checkpoint: Checkpoint

  /// Reads the checkpoint, and notes in `asked` what it is.
  ///
  /// - Throws: `TrainingError` where it cannot be read, or is not the one that the run was planned
  ///   with.
  init(_ asked: inout InitialWeights) throws {
    let found = try RunDirectory.find(asked.path)
    asked.path = absolutePath(asked.path)
    path = found.path
    isPartial = asked.partial
    checkpoint = found.checkpoint
    layout = checkpoint.model.network.layout
    let hash = layout.sha256(of: checkpoint.evaluated)
    if let planned = asked.parametersSHA256, planned != hash {
      throw TrainingError.unfit(
        setting: "initFrom",
        problem: "\(path) is not the checkpoint that the run was planned with: its parameters' "
          + "SHA-256 is \(hash), not \(planned)")
    }
    asked.parametersSHA256 = hash
  }

  /// Copies the tensors that both networks have, by name and shape.
  ///
  /// - Returns: what was left out, in words; only a partial start leaves anything out.
  /// - Throws: `TrainingError.checkpoint` that names the tensors that do not fit.
  func copy(into parameters: FloatView, layout own: ParameterLayout) throws -> [String] {
    let theirs = Dictionary(uniqueKeysWithValues: layout.tensors.map { ($0.name, $0) })
    let names = Set(own.tensors.map(\.name))
    var misfits: [String] = []
    var copied = 0
    for tensor in own.tensors {
      guard let source = theirs[tensor.name] else {
        misfits.append("\(tensor.name) \(tensor.shape) is not in the checkpoint")
        continue
      }
      guard source.shape == tensor.shape else {
        misfits.append("\(tensor.name) is \(source.shape) there, \(tensor.shape) in the network")
        continue
      }
      parameters.slice(tensor.range).copy(from: checkpoint.evaluated.slice(source.range))
      copied += 1
    }
    for tensor in layout.tensors where !names.contains(tensor.name) {
      misfits.append("\(tensor.name) \(tensor.shape) is only in the checkpoint")
    }
    guard misfits.isEmpty || (isPartial && copied > 0) else {
      throw TrainingError.checkpoint(
        path: path,
        problem: "does not fit the network: " + misfits.joined(separator: "; ")
          + (copied > 0 ? "; --partial takes what fits" : "; no tensor fits"))
    }
    return misfits
  }
}
