import Datasets
import Kernels

/// Predictions as CSV (RFC 4180): a header line, then `row,class,…` with a column per output.
final class CSVPredictionWriter: PredictionWriter {
  private let file: AtomicFile
  private let model: Model

  init(_ path: String, model: Model, replacingExisting: Bool) throws {
    file = try AtomicFile(target: path, replacingExisting: replacingExisting)
    self.model = model
    let columns = ["row"] + (model.classes > 0 ? ["class"] : []) + model.outputNames
    try file.write(columns.map(Self.quoted).joined(separator: ",") + "\n")
  }

  func append(numbers: [Int64], classes: [Int32]?, outputs: FloatView) throws {
    var text = ""
    for (row, number) in numbers.enumerated() {
      text += "\(number)"
      if let classes { text += "," + Self.quoted(model.className(Int(classes[row]))) }
      for index in 0..<model.outputs { text += ",\(outputs[row * model.outputs + index])" }
      text += "\n"
    }
    try file.write(text)
  }

  func finish() throws {
    try file.commit()
  }

  /// A field, in quotes where its characters ask for them.
  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { ",\"\n\r".contains($0) }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}

extension Model {
  /// What the columns of outputs are called: the classes, or `output0`, `output1`, … The single
  /// output of a classifier is the probability of class 1.
  var outputNames: [String] {
    if classes > 0 { return outputs == 1 ? [className(1)] : (0..<outputs).map(className) }
    return outputs == 1 ? ["output"] : (0..<outputs).map { "output\($0)" }
  }

  /// The name of a class, or its number where classes have no names.
  func className(_ index: Int) -> String {
    guard let classNames, classNames.indices.contains(index) else { return String(index) }
    return classNames[index]
  }

  /// The classes that predictions speak for. A single output is the probability of class 1.
  func classes(of predictions: FloatView, rows: Int) -> [Int32] {
    (0..<rows).map { row in
      if outputs == 1 { return predictions[row] > 0.5 ? 1 : 0 }
      return Int32(largest(predictions, from: row * outputs, count: outputs))
    }
  }
}
