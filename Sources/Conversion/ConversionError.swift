import Datasets

/// Why sources could not be made into a dataset file: which file, what was found, what was
/// expected and what to do.
public struct ConversionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The source or the output, as its path was given; or the option that is wrong.
  public var subject: String
  /// What was found: "has 9999 labels".
  public var problem: String
  /// What should have been there: "10000, one for each image of t10k-images".
  public var expected: String?
  /// What the user can do.
  public var remedy: String?
  /// Whether the options are wrong, and not the sources or the machine: `subject` is an option then.
  public var isUsage = false

  public init(
    subject: String, problem: String, expected: String? = nil, remedy: String? = nil
  ) {
    self.subject = subject
    self.problem = problem
    self.expected = expected
    self.remedy = remedy
  }

  /// An error about an option, or about several.
  init(option: String, problem: String, expected: String? = nil, remedy: String? = nil) {
    self.init(subject: option, problem: problem, expected: expected, remedy: remedy)
    isUsage = true
  }

  /// An error about the output.
  init(_ error: DatasetError) {
    subject = error.file
    problem = (error.dataset.map { $0 + " " } ?? "") + error.problem
    expected = error.expected
    remedy = error.remedy
  }

  /// Runs `body` and turns the Datasets module's errors, which are about the output, into this module's.
  static func converting<Result>(
    _ body: () throws(DatasetError) -> Result
  ) throws(ConversionError) -> Result {
    do {
      return try body()
    } catch {
      throw ConversionError(error)
    }
  }

  /// Where, and what was found, without advice.
  public var place: String { "\(subject): \(problem)" }

  public var description: String {
    var text = "\(subject): \(problem)"
    if let expected { text += "; expected " + expected }
    if let remedy { text += "; " + remedy }
    return text
  }
}
