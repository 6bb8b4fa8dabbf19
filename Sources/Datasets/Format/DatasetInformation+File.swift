import HDF5

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
    case .none:
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
    try set(Name.fingerprint, fingerprint)
  }
}
