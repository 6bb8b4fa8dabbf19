import Datasets
import HDF5
import Kernels
import Networks

extension Checkpoint {
  /// Writes this checkpoint to a new file, which appears complete or not at all.
  /// - Throws: `DatasetError` that names the file.
  func write(to path: String) throws(DatasetError) {
    let output = try AtomicFile(target: path, replacingExisting: true)
    try DatasetError.converting(file: path) { () throws(HDF5Error) in
      let file = try File(creating: output.temporaryPath)
      try writeAttributes(of: file.attributes)
      let layout = model.network.layout
      try layout.write(parameters, under: CheckpointFormat.parameters, of: file.root)
      for state in states {
        try layout.write(
          state.values, under: "\(CheckpointFormat.optimizer)/\(state.name)", of: file.root)
      }
      try file.close()
    }
    try output.commit()
  }

  private func writeAttributes(of root: Attributes) throws(HDF5Error) {
    typealias Name = CheckpointFormat.Attribute
    try root.set(Name.format, to: CheckpointFormat.name)
    try root.set(Name.version, to: CheckpointFormat.version)
    try root.set(Name.configuration, to: configuration.settings.json())
    try root.set(Name.model, to: model.settings.json())
    try root.set(Name.progress, to: progress.settings.json())
    try root.set(Name.numericsIdentity, to: numericsIdentity)
    try root.set(Name.dataset, to: data.path)
    try root.set(Name.fingerprint, to: data.fingerprint)
    try root.set(Name.parametersSHA256, to: parametersSHA256)
  }
}

extension ParameterLayout {
  /// Writes each tensor of `values`, with its checksum.
  fileprivate func write(_ values: FloatView, under path: String, of root: Group) throws(HDF5Error)
  {
    for tensor in tensors {
      let dataset = try root.createDataset(
        "\(path)/\(tensor.name)", .float32, shape: tensor.shape)
      try values.slice(tensor.range).withBytes { bytes throws(HDF5Error) in
        try dataset.write(as: .float32, from: bytes)
        try dataset.attributes.set(CheckpointFormat.checksum, to: crc32(bytes))
      }
    }
  }
}
