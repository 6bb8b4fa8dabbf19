import HDF5
import Settings

extension DatasetInformation {
  /// Writes the root attributes of a dataset file.
  ///
  /// Strings have a fixed length: these lie in the object's header, under its checksum.
  func write(to attributes: Attributes, fingerprint: String) throws(HDF5Error) {
    typealias Name = FileFormat.Attribute
    func set(_ name: String, _ string: String) throws(HDF5Error) {
      try attributes.set(name, to: string, as: .fixed(max(1, string.utf8.count)))
    }
    func set(_ name: String, _ strings: [String]) throws(HDF5Error) {
      let length = strings.map(\.utf8.count).max() ?? 0
      try attributes.set(name, to: strings, as: .fixed(max(1, length)))
    }
    try set(Name.format, FileFormat.name)
    try attributes.set(Name.version, to: Int32(FileFormat.version))
    if let classCount { try attributes.set(Name.classes, to: Int64(classCount)) }
    if let classNames { try set(Name.classNames, classNames) }
    if let featureNames { try set(Name.featureNames, featureNames) }
    switch normalization {
    case nil:
      break
    case .some(.none):
      try set(Name.normalization, "none")
    case .uniform(let scale, let shift):
      try set(Name.normalization, "uniform")
      try attributes.set(Name.scale, to: scale)
      try attributes.set(Name.shift, to: shift)
    case .perFeature(let scale, let shift):
      try set(Name.normalization, "per_feature")
      try attributes.set(Name.scale, to: scale)
      try attributes.set(Name.shift, to: shift)
    }
    if let source { try set(Name.source, source) }
    if let preprocessing { try set(Name.preprocessing, preprocessing.json()) }
    if let audit { try set(Name.audit, audit.json()) }
    try set(Name.fingerprint, fingerprint)
  }
}

extension DatasetInformation {
  /// Reads the root attributes of a file of Lockstep's: what is not there is nil.
  init(own file: File) throws(DatasetError) {
    typealias Name = FileFormat.Attribute
    let attributes = file.attributes
    self = try DatasetError.converting { () throws(HDF5Error) in
      func optional<Value>(
        _ name: String, _ read: (String) throws(HDF5Error) -> Value
      ) throws(HDF5Error) -> Value? {
        try attributes.contains(name) ? try read(name) : nil
      }
      var information = DatasetInformation()
      information.classCount = try optional(Name.classes) { name throws(HDF5Error) in
        try attributes.value(name, as: Int.self)
      }
      information.classNames = try optional(Name.classNames, attributes.strings)
      information.featureNames = try optional(Name.featureNames, attributes.strings)
      information.source = try optional(Name.source, attributes.string)
      return information
    }
    normalization = try Self.normalization(of: file)
    preprocessing = try Self.json(Name.preprocessing, of: file)
    audit = try Self.json(Name.audit, of: file)
    try check(file: file.path)
  }

  /// Reads the names of classes and features that another program's file may have.
  init(other file: File) throws(DatasetError) {
    let attributes = file.attributes
    self = try DatasetError.converting { () throws(HDF5Error) in
      func strings(_ name: String) throws(HDF5Error) -> [String]? {
        guard try attributes.contains(name),
          case .string = try attributes.storedType(of: name)
        else { return nil }
        return try attributes.strings(name)
      }
      return DatasetInformation(
        classNames: try strings(FileFormat.Attribute.classNames),
        featureNames: try strings(FileFormat.Attribute.featureNames))
    }
    try check(file: file.path)
  }

  /// An attribute that is JSON.
  private static func json(_ name: String, of file: File) throws(DatasetError) -> SettingValue? {
    let text = try DatasetError.converting { () throws(HDF5Error) -> String? in
      try file.attributes.contains(name) ? try file.attributes.string(name) : nil
    }
    guard let text else { return nil }
    do {
      return try SettingValue(json5: text.utf8, source: file.path)
    } catch {
      throw DatasetError(
        file: file.path, dataset: "/@" + name, problem: "is not valid JSON (\(error))",
        remedy: "convert the data again")
    }
  }

  private static func normalization(of file: File) throws(DatasetError) -> Normalization? {
    typealias Name = FileFormat.Attribute
    let (kind, scale, shift) = try DatasetError.converting { () throws(HDF5Error) in
      let attributes = file.attributes
      guard try attributes.contains(Name.normalization) else { return ("", [Float](), [Float]()) }
      let kind = try attributes.string(Name.normalization)
      guard kind != "none" else { return (kind, [], []) }
      return (
        kind, try attributes.values(Name.scale, as: Float.self),
        try attributes.values(Name.shift, as: Float.self)
      )
    }
    func error(_ problem: String, _ expected: String) -> DatasetError {
      DatasetError(
        file: file.path, dataset: "/@" + Name.normalization, problem: problem, expected: expected)
    }
    guard scale.count == shift.count, (scale + shift).allSatisfy(\.isFinite) else {
      throw error(
        "has \(scale.count) scales and \(shift.count) shifts", "as many of both, and finite")
    }
    switch kind {
    case "": return nil
    case "none": return Normalization.none
    case "uniform" where scale.count == 1: return .uniform(scale: scale[0], shift: shift[0])
    case "per_feature": return .perFeature(scale: scale, shift: shift)
    default:
      throw error(
        "is \"\(kind)\" with \(scale.count) scales",
        "none, uniform with one scale, or per_feature")
    }
  }

  private func check(file: String) throws(DatasetError) {
    typealias Name = FileFormat.Attribute
    if classNames?.isEmpty == true {
      throw DatasetError(
        file: file, dataset: "/@" + Name.classNames, problem: "has no names",
        expected: "a name for each class, or no such attribute")
    }
    if let classCount, !(1...TargetSchema.mostClasses).contains(classCount) {
      throw DatasetError(
        file: file, dataset: "/@" + Name.classes, problem: "is \(classCount)",
        expected: "a number of classes from 1 to \(TargetSchema.mostClasses)")
    }
  }
}
