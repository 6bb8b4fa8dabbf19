/// What went wrong with an HDF5 file: what was being done, to which file and object, what was found
/// and expected, and the library's own words.
public struct HDF5Error: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was being done: "opening the dataset".
  public var operation: String

  /// The path of the file.
  public var file: String

  /// The path of the object inside the file, an attribute as `/train@classes`.
  public var object: String?

  /// What was found, and what was expected.
  public var problem: String

  /// The library's error stack, the most specific message first; empty where the library was
  /// content and this module was not.
  public var libraryMessages: [String]

  /// What has to be allowed for this not to fail; nil where that is not the reason.
  public var forbidden: Forbidden?

  /// What is done only where it is allowed: see `Permissions` and `Library.allowPlugins`.
  public enum Forbidden: Sendable {
    case otherFiles, views, plugins
  }

  public init(
    operation: String, file: String, object: String? = nil, problem: String,
    libraryMessages: [String] = [], forbidden: Forbidden? = nil
  ) {
    self.forbidden = forbidden
    self.operation = operation
    self.file = file
    self.object = object
    self.problem = problem
    self.libraryMessages = libraryMessages
  }

  public var description: String {
    let place = object.map { "\(file): \($0)" } ?? file
    let cause = libraryMessages.first.map { " (HDF5: \($0))" } ?? ""
    return "\(place): \(operation): \(problem)\(cause)"
  }
}

/// What is being done, and to what: everything an error needs besides the problem.
struct Activity: Sendable {
  var operation: StaticString
  var file: String
  var object: String?

  func error(
    _ problem: String, libraryMessages: [String] = [], forbidden: HDF5Error.Forbidden? = nil
  ) -> HDF5Error {
    HDF5Error(
      operation: "\(operation)", file: file, object: object, problem: problem,
      libraryMessages: libraryMessages, forbidden: forbidden)
  }
}
