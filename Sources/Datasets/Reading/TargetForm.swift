import HDF5

/// How stored targets are read.
enum TargetForm: Sendable, Equatable {
  /// A class index in each row.
  case index
  /// A one among zeros in each row, its place the class.
  case oneHot
  /// Values as they are.
  case values
}

extension Column {
  /// Decides how these targets are to be read.
  ///
  /// Integers are classes: one a row is the class's index, several are one-hot, or else values
  /// (labels of their own). Floats are values. A task given by the user overrides this.
  func targetForm(task: Task?) throws(DatasetError) -> TargetForm {
    switch task {
    case .regression: return .values
    case .classification: return width == 1 ? .index : try isOneHot() ? .oneHot : .values
    case nil:
      if type.isFloat { return .values }
      return width == 1 ? .index : try isOneHot() ? .oneHot : .values
    }
  }

  /// The number of classes that the labels show.
  func classCount(form: TargetForm) throws(DatasetError) -> Int {
    if form == .oneHot { return width }
    let decoder = LabelDecoder(column: self, form: form, classes: nil)
    var highest: Int32 = 0
    try readBands { start, bytes throws(DatasetError) in
      try decoder.decode(bytes, from: start) { _, label in highest = max(highest, label) }
    }
    return Int(highest) + 1
  }

  private func isOneHot() throws(DatasetError) -> Bool {
    let decoder = LabelDecoder(column: self, form: .oneHot, classes: nil)
    var isOneHot = true
    try readBands { _, bytes throws(DatasetError) in
      if isOneHot { isOneHot = decoder.areOneHot(bytes) }
    }
    return isOneHot
  }
}
