import Datasets
import Glibc
import HDF5
import Kernels
import Networks
import Settings

extension Checkpoint {
  /// Writes this checkpoint to a new file, which appears complete or not at all.
  ///
  /// HDF5 gives each tensor its place and is closed before the payload is written there: it holds
  /// one lock for the whole process, and others read data meanwhile.
  /// - Throws: `DatasetError` that names the file.
  func write(to path: String) throws(DatasetError) {
    let output = try AtomicFile(target: path, replacingExisting: true)
    if let error = lackOfRoom(for: path) { throw error }
    do throws(DatasetError) {
      for piece in try create(output.temporaryPath, named: path) {
        try piece.values.withBytes { bytes throws(DatasetError) in
          try output.write(bytes, at: piece.offset)
        }
      }
      try output.commit()
    } catch {
      // HDF5 does not say why it could not write.
      let error = lackOfRoom(for: path) ?? error
      // HDF5 keeps a file open that it could not write: give its room on the disk back.
      truncate(output.temporaryPath, 0)
      throw error
    }
  }

  /// The error that it is where the disk has no room for the file.
  private func lackOfRoom(for path: String) -> DatasetError? {
    let layout = model.network.layout
    let payload = layout.parameterCount * MemoryLayout<Float>.stride
    // What lies around the payload: some 500 bytes a tensor, and the attributes.
    let needed = tensors.count * (payload + 512 * layout.tensors.count) + 8192 + 256 * history.count
    var status = statvfs()
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    guard statvfs(folder, &status) == 0, status.f_blocks > 0 else { return nil }
    let free = Double(status.f_bfree) * Double(status.f_frsize)
    guard free < Double(needed) else { return nil }
    return DatasetError(
      file: path,
      problem: "cannot be written: No space left on device: some \(needed) bytes are needed, "
        + "\(Int(free)) are free", remedy: "free some space on the disk")
  }

  /// A tensor, and the place of its bytes in the file.
  private struct Piece {
    var values: FloatView
    var offset: Int
  }

  /// Creates the file, whole but for the payload.
  private func create(_ path: String, named target: String) throws(DatasetError) -> [Piece] {
    var pieces: [Piece] = []
    var sums: [(path: String, shape: [Int], crc32: UInt32)] = []
    try DatasetError.converting(file: target) { () throws(HDF5Error) in
      let file = try File(creating: path)
      for group in tensors {
        for tensor in model.network.layout.tensors {
          let name = "\(group.path)/\(tensor.name)"
          let values = group.values.slice(tensor.range)
          let sum = values.withBytes { crc32($0) }
          let dataset = try file.createDataset(
            name, .float32, shape: tensor.shape, storage: .preallocated)
          try dataset.attributes.set(CheckpointFormat.checksum, to: sum)
          sums.append((name, tensor.shape, sum))
          if values.count > 0, let offset = try dataset.fileOffset {
            pieces.append(Piece(values: values, offset: offset))
          }
        }
      }
      let texts = attributes
      for (name, text) in texts { try file.attributes.set(name, to: text) }
      try file.attributes.set(CheckpointFormat.Attribute.version, to: CheckpointFormat.version)
      try file.attributes.set(
        CheckpointFormat.Attribute.checksum,
        to: CheckpointFormat.checksum(attributes: texts, tensors: sums))
      try file.close()
    }
    return pieces
  }

  /// The texts of the root's attributes.
  private var attributes: [String: String] {
    typealias Name = CheckpointFormat.Attribute
    return [
      Name.format: CheckpointFormat.name,
      Name.configuration: configuration.settings.json(),
      Name.model: model.settings.json(),
      Name.progress: progress.settings.json(),
      Name.history: SettingValue.array(history.map(\.settings)).json(),
      Name.data: data.settings.json(),
      Name.numerics: SettingValue.array(numerics.map(\.settings)).json(),
      Name.parametersSHA256: parametersSHA256,
    ]
  }
}
