import Datasets
import Glibc
import HDF5
import Kernels
import Networks
import Settings

extension Checkpoint {
  /// Writes this checkpoint to a new file, which appears complete or not at all.
  ///
  /// HDF5 holds one lock for the whole process, and others read data meanwhile: it gives each tensor
  /// its place, and the payload is written there without it. The disk works on what was written
  /// while the checksums of what follows are computed.
  /// - Throws: `DatasetError` that names the file.
  func write(to path: String) throws(DatasetError) {
    let output = try AtomicFile(target: path, replacingExisting: true)
    if let error = lackOfRoom(for: path) { throw error }
    do throws(DatasetError) {
      try write(to: output)
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
    let needed =
      tensors.count * (payload + 512 * layout.tensors.count) + 8192 + 512 * history.epochs.count
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

  /// A tensor in the file.
  private struct Place {
    var dataset: HDF5.Dataset
    var name: String
    var shape: [Int]
    var values: FloatView
    var offset: Int?
  }

  private func write(to output: AtomicFile) throws(DatasetError) {
    let (file, places) = try DatasetError.converting(file: output.target) {
      () throws(HDF5Error) in
      let file = try File(creating: output.temporaryPath)
      return (file, try makePlaces(in: file))
    }
    var sums: [(path: String, shape: [Int], crc32: UInt32)] = []
    let parameters = Fingerprint()
    do throws(DatasetError) {
      for (index, place) in places.enumerated() {
        // The parameters come first.
        let hash = index < model.network.layout.tensors.count ? parameters : nil
        sums.append((place.name, place.shape, try write(place, to: output, hash)))
      }
    } catch {
      // Room for what HDF5 writes when it closes the file: it would keep it open without.
      truncate(output.temporaryPath, 0)
      throw error
    }
    let texts = attributes(parametersSHA256: parameters.finish())
    try DatasetError.converting(file: output.target) { () throws(HDF5Error) in
      for (place, sum) in zip(places, sums) {
        try place.dataset.attributes.set(CheckpointFormat.checksum, to: sum.crc32)
      }
      for (name, text) in texts { try file.attributes.set(name, to: text) }
      try file.attributes.set(CheckpointFormat.Attribute.version, to: CheckpointFormat.version)
      try file.attributes.set(
        CheckpointFormat.Attribute.checksum,
        to: CheckpointFormat.checksum(attributes: texts, tensors: sums))
      try file.close()
    }
  }

  /// Gives each tensor its place.
  private func makePlaces(in file: File) throws(HDF5Error) -> [Place] {
    var places: [Place] = []
    for group in tensors {
      for tensor in model.network.layout.tensors {
        let name = "\(group.path)/\(tensor.name)"
        let dataset = try file.createDataset(
          name, .float32, shape: tensor.shape, storage: .preallocated)
        places.append(
          Place(
            dataset: dataset, name: name, shape: tensor.shape,
            values: group.values.slice(tensor.range), offset: try dataset.fileOffset))
      }
    }
    return places
  }

  /// Writes the bytes of a tensor, adds them to `hash`, and returns their CRC-32. A block at a time,
  /// which is still in the processor's caches when it is written. A block of zeros, as of moments
  /// before the first step, stays a hole in the new file: it is read as zeros and takes no room.
  private func write(
    _ place: Place, to output: AtomicFile, _ hash: Fingerprint?
  ) throws(DatasetError) -> UInt32 {
    let blockBytes = 4 << 20
    return try place.values.withBytes { bytes throws(DatasetError) in
      var sum = crc32(UnsafeRawBufferPointer(start: nil, count: 0))
      for start in stride(from: 0, to: bytes.count, by: blockBytes) {
        let block = UnsafeRawBufferPointer(
          rebasing: bytes[start..<min(start + blockBytes, bytes.count)])
        sum = crc32(block, after: sum)
        hash?.add(block)
        guard let offset = place.offset, !block.isZero else { continue }
        try output.write(block, at: offset + start)
        output.startWriting(offset + start..<offset + start + block.count)
      }
      return sum
    }
  }

  /// The texts of the root's attributes.
  private func attributes(parametersSHA256: String) -> [String: String] {
    typealias Name = CheckpointFormat.Attribute
    return [
      Name.format: CheckpointFormat.name,
      Name.configuration: configuration.settings.json(),
      Name.model: model.settings.json(),
      Name.progress: progress.settings.json(),
      Name.history: history.json,
      Name.data: data.settings.json(),
      Name.numerics: SettingValue.array(numerics.map(\.settings)).json(),
      Name.parametersSHA256: parametersSHA256,
    ]
  }
}
