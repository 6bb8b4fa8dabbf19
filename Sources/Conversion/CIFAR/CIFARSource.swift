import HDF5

/// A binary file of CIFAR-10 or CIFAR-100.
final class CIFARSource: RowSource {
  let path: String
  let rowCount: Int
  let schema: SourceSchema
  private let file: SourceFile
  private let form: CIFARForm
  /// Which of a row's labels is its target.
  private let label: Int

  /// - Parameter targets: the name of the labels to take; nil for the last, which is the finest.
  init(_ file: SourceFile, form: CIFARForm, targets: String?) throws(ConversionError) {
    self.file = file
    self.form = form
    path = file.path
    label = form.labels.firstIndex { $0.name == targets } ?? form.labels.count - 1
    guard targets == nil || form.labels[label].name == targets else {
      throw ConversionError(
        option: "--targets", problem: "is \(targets!)",
        expected: form.labels.map(\.name).joined(separator: " or ") + ", which \(form.name) has")
    }
    rowCount = try Self.countRows(file, form)
    schema = SourceSchema(
      featureShape: CIFARForm.imageShape, featureType: .uint8, targetShape: [],
      targetType: .uint8, classNames: form.classNames)
  }

  /// Opens the files of a split, each of which is of the form that its content shows.
  static func open(
    _ files: [SourceFile], _ options: ConversionOptions
  ) throws(ConversionError) -> [CIFARSource] {
    var sources: [CIFARSource] = []
    for file in files {
      let reader = try file.open()
      let start = try reader.read(count: SourceFormat.startBytes)
      guard let form = CIFARForm.recognize(start, size: reader.byteCount) else {
        throw ConversionError(
          subject: file.path, problem: "does not have rows as CIFAR's files do",
          expected: "rows of 3073 bytes that start with a label below 10, or of 3074 that start "
            + "with one below 20 and one below 100",
          remedy: "check that this is a binary batch, and that it was downloaded whole")
      }
      sources.append(try CIFARSource(file, form: form, targets: options.targets))
    }
    return sources
  }

  func read(
    bandRows: Int, _ body: (SourceBand) throws(ConversionError) -> Void
  ) throws(ConversionError) {
    let reader = try file.open()
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(bandRows, rowCount) * form.rowBytes, alignment: 64)
    defer { memory.deallocate() }
    try readBands(of: bandRows, to: body) { [self] rows, images, targets throws(ConversionError) in
      let bytes = UnsafeMutableRawBufferPointer(rebasing: memory[..<(rows.count * form.rowBytes)])
      guard try reader.read(into: bytes) == bytes.count else { throw Self.cutShort(path, form) }
      for row in 0..<rows.count {
        let start = bytes.baseAddress! + row * form.rowBytes
        targets[row] = try checkedLabel(start, row: rows.lowerBound + row)
        (images.baseAddress! + row * CIFARForm.imageBytes).copyMemory(
          from: start + form.labels.count, byteCount: CIFARForm.imageBytes)
      }
    }
  }

  /// A label that is none means that the file is damaged, which leaving its row out would not mend.
  private func checkedLabel(
    _ start: UnsafeRawPointer, row: Int
  ) throws(ConversionError) -> UInt8 {
    let value = start.load(fromByteOffset: label, as: UInt8.self)
    guard value < form.labels[label].classes else {
      throw ConversionError(
        subject: path,
        problem: "has the label \(value) in row \(row), at byte \(row * form.rowBytes + label)",
        expected: "a class from 0 to \(form.labels[label].classes - 1), as \(form.name) has",
        remedy: "the file is damaged: get it again")
    }
    return value
  }

  /// Compressed files are read for it.
  private static func countRows(
    _ file: SourceFile, _ form: CIFARForm
  ) throws(ConversionError) -> Int {
    let reader = try file.open()
    var size = reader.byteCount ?? 0
    if reader.byteCount == nil {
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
      defer { buffer.deallocate() }
      let pass = PassProgress(.counting, over: [file])
      pass.begin(file.path)
      while case let count = try reader.read(into: buffer), count > 0 {
        size += count
        pass.advance(to: reader.bytesTaken)
      }
      pass.end(at: file.size)
    }
    guard size > 0, size.isMultiple(of: form.rowBytes) else { throw cutShort(file.path, form) }
    guard size / form.rowBytes <= Int(Int32.max) else {
      throw ConversionError(
        subject: file.path, problem: "has \(size / form.rowBytes) rows",
        expected: "at most \(Int32.max)")
    }
    return size / form.rowBytes
  }

  private static func cutShort(_ path: String, _ form: CIFARForm) -> ConversionError {
    ConversionError(
      subject: path, problem: "ends within a row",
      expected: "whole rows of \(form.rowBytes) bytes, as \(form.name) has",
      remedy: "the file is cut short: get it again")
  }
}
