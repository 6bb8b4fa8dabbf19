/// What a file may lead to beyond itself. Nothing, unless the caller says so: a file of unknown
/// origin could name any other file of the machine.
public struct Permissions: OptionSet, Sendable {
  public let rawValue: Int

  public init(rawValue: Int) {
    self.rawValue = rawValue
  }

  /// Links to objects in other HDF5 files are followed.
  public static let externalLinks = Permissions(rawValue: 1)

  /// Datasets whose elements lie in other files, beside the HDF5 file, are read.
  public static let externalStorage = Permissions(rawValue: 2)

  /// Datasets that are views of others, also in other files, are read.
  public static let virtualDatasets = Permissions(rawValue: 4)
}
