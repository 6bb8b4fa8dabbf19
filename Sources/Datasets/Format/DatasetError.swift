/// What is wrong with a dataset, or with writing a file: which file and dataset, what was found,
/// what was expected and what to do.
public struct DatasetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file, as its path was given.
  public var file: String
  /// The dataset or attribute in it, `/train/features`, where one is to blame.
  public var dataset: String?
  /// What was found: "has 59999 rows".
  public var problem: String
  /// What should have been there: "60000, as /train/features has".
  public var expected: String?
  /// What the user can do: "convert the file again".
  public var remedy: String?

  public init(
    file: String, dataset: String? = nil, problem: String, expected: String? = nil,
    remedy: String? = nil
  ) {
    self.file = file
    self.dataset = dataset
    self.problem = problem
    self.expected = expected
    self.remedy = remedy
  }

  public var description: String {
    var text = file + ": "
    if let dataset { text += dataset + " " }
    text += problem
    if let expected { text += "; expected " + expected }
    if let remedy { text += "; " + remedy }
    return text
  }
}
