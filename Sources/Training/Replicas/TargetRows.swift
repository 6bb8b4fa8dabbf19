import Datasets
import Kernels
import Networks

/// The targets of a shard's samples, in the form that the loss takes, and the judging of outputs
/// by them.
struct TargetRows {
  private let model: Model
  /// Classes of the rows; empty where the data has values.
  private let labels: AlignedBuffer<Int32>
  /// Target values, (rows, width); empty where the data has classes.
  private let values: AlignedBuffer<Float>
  private let width: Int
  private let isClasses: Bool

  init(model: Model, maximumRows: Int) {
    self.model = model
    switch model.targets {
    case .classes:
      isClasses = true
      width = 0
    case .values(let count):
      isClasses = false
      width = count
    }
    labels = AlignedBuffer(count: isClasses ? maximumRows : 0)
    values = AlignedBuffer(count: width * maximumRows)
  }

  /// Copies the targets of the resident rows at `indices`.
  func gather(_ indices: UnsafeBufferPointer<Int32>, of split: ResidentRows) {
    if isClasses {
      split.gatherClasses(
        indices, into: UnsafeMutableBufferPointer(rebasing: labels.pointer[..<indices.count]))
    } else {
      split.gatherValues(indices, into: values.view.prefix(indices.count * width))
    }
  }

  /// The targets of the first `rows` samples, as the loss takes them.
  func batch(rows: Int) -> TargetBatch {
    isClasses
      ? .classes(UnsafeMutableBufferPointer(rebasing: labels.pointer[..<rows]))
      : .values(values.view.prefix(rows * width))
  }

  /// How many of the first `rows` samples are classified rightly by `outputs`; 0 for a regression.
  func correct(outputs: FloatView, rows: Int) -> Int {
    guard model.classes > 0 else { return 0 }
    var correct = 0
    for row in 0..<rows where model.predictedClass(outputs, row: row) == actualClass(row) {
      correct += 1
    }
    return correct
  }

  /// Adds the judgement of the first `rows` samples to `sums`.
  func measure(outputs: FloatView, rows: Int, into sums: inout MetricSums) {
    for row in 0..<rows {
      let scores = outputs.slice(row * model.outputs..<(row + 1) * model.outputs)
      if model.classes > 0 {
        sums.add(
          scores: scores, predicted: model.predictedClass(outputs, row: row),
          actual: actualClass(row))
      } else {
        sums.add(outputs: scores, targets: values.view.slice(row * width..<(row + 1) * width))
      }
    }
  }

  /// The class of a sample; where targets are a distribution over the classes, its likeliest.
  private func actualClass(_ row: Int) -> Int {
    if isClasses { return Int(labels.pointer[row]) }
    if width == 1 { return values.view[row] > 0.5 ? 1 : 0 }
    return largest(values.view, from: row * width, count: width)
  }
}

extension Model {
  /// The class that a sample's raw outputs speak for: the largest, the first of equals. A single
  /// output speaks for class 1 where its probability is above one half.
  func predictedClass(_ outputs: FloatView, row: Int) -> Int {
    if self.outputs > 1 { return largest(outputs, from: row * self.outputs, count: self.outputs) }
    return outputs[row] > (loss == .binaryCrossEntropy ? 0 : 0.5) ? 1 : 0
  }
}

/// The position, counted from `start`, of the largest of `count` values; the first of equals.
func largest(_ values: FloatView, from start: Int, count: Int) -> Int {
  var best = 0
  for index in 1..<count where values[start + index] > values[start + best] { best = index }
  return best
}
