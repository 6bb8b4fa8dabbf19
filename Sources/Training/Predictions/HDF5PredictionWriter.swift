import Datasets
import HDF5
import Kernels

/// Predictions as HDF5: `/outputs` (rows, outputs) float32, `/class` (rows) int32 of a classifier,
/// and `/row` (rows) int64.
final class HDF5PredictionWriter: PredictionWriter {
  private let output: AtomicFile
  private let file: File
  private let outputs: HDF5.Dataset
  private let classes: HDF5.Dataset?
  private let numbers: HDF5.Dataset
  private let width: Int
  private var written = 0

  init(_ path: String, model: Model, rows: Int, replacingExisting: Bool) throws(DatasetError) {
    let output = try AtomicFile(target: path, replacingExisting: replacingExisting)
    self.output = output
    width = model.outputs
    (file, outputs, classes, numbers) = try DatasetError.converting(file: path) {
      () throws(HDF5Error) in
      let file = try File(creating: output.temporaryPath)
      if let names = model.classNames, model.classes > 0 {
        try file.attributes.set("class_names", to: names)
      }
      return (
        file,
        try file.createDataset("outputs", .float32, shape: [rows, model.outputs]),
        model.classes > 0 ? try file.createDataset("class", .int32, shape: [rows]) : nil,
        try file.createDataset("row", .int64, shape: [rows])
      )
    }
  }

  func append(numbers: [Int64], classes: [Int32]?, outputs: FloatView) throws {
    let rows = written..<written + numbers.count
    try DatasetError.converting(file: output.target) { () throws(HDF5Error) in
      let slab = Slab(offset: [rows.lowerBound], count: [rows.count])
      try self.numbers.write(numbers, to: slab)
      if let classes { try self.classes?.write(classes, to: slab) }
      try outputs.withBytes { bytes throws(HDF5Error) in
        try self.outputs.write(
          Slab(offset: [rows.lowerBound, 0], count: [rows.count, width]), as: .float32,
          from: bytes)
      }
    }
    written = rows.upperBound
  }

  func finish() throws {
    try DatasetError.converting(file: output.target) { () throws(HDF5Error) in try file.close() }
    try output.commit()
  }
}
