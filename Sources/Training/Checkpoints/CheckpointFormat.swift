import Datasets
import Networks

/// The names in a checkpoint file:
///
/// - `/parameters/<index>-<layer>/<name>`: float32, in the tensor's shape.
/// - `/optimizer/<state>/<index>-<layer>/<name>`: what the optimizer remembers, likewise.
/// - `/average/<index>-<layer>/<name>`: the moving average of the parameters, if the run has one.
/// - each of these has an attribute `crc32` (uint32), of its bytes.
/// - attributes of the root, all of them strings but `version`: `format`, `version`, and as JSON
///   `configuration`, `model`, `progress`, `history`, `data`, `numerics`; `parametersSHA256`, and
///   `checksum`, a SHA-256 over all the others and the name, shape and CRC-32 of each tensor.
enum CheckpointFormat {
  static let name = "lockstep-checkpoint"
  static let version = 1

  static let parameters = "parameters"
  static let optimizer = "optimizer"
  static let average = "average"
  static let checksum = "crc32"

  static func state(_ name: String) -> String { "\(optimizer)/\(name)" }

  /// The groups of tensors in the checkpoints of a run.
  static func groups(of configuration: RunConfiguration) -> [String] {
    [parameters] + configuration.optimizer.stateNames.map(state)
      + (configuration.ema == nil ? [] : [average])
  }

  enum Attribute {
    static let format = "format"
    static let version = "version"
    static let configuration = "configuration"
    static let model = "model"
    static let progress = "progress"
    static let history = "history"
    static let data = "data"
    static let numerics = "numerics"
    static let parametersSHA256 = "parametersSHA256"
    static let checksum = "checksum"

    /// Those that are strings and that the checksum covers.
    static let covered = [
      format, configuration, model, progress, history, data, numerics, parametersSHA256,
    ]
  }

  /// The checksum over a whole file.
  ///
  /// - Parameters:
  ///   - attributes: the texts of `Attribute.covered`.
  ///   - tensors: their paths in the file, shapes and CRC-32s, in the order of the format.
  static func checksum(
    attributes: [String: String], tensors: [(path: String, shape: [Int], crc32: UInt32)]
  ) -> String {
    let hash = Fingerprint()
    for name in Attribute.covered {
      let text = attributes[name] ?? ""
      hash.add("\(name) \(text.utf8.count) \(text)\n")
    }
    hash.add("\(Attribute.version) \(version)\n")
    for tensor in tensors { hash.add("\(tensor.path) \(tensor.shape) \(tensor.crc32)\n") }
    return hash.finish()
  }
}
