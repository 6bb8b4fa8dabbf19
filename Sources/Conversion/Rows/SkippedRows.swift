/// Bad rows that are left out: how many, and the first few with their reasons.
struct SkippedRows {
  private(set) var count = 0
  private(set) var examples: [ConversionError] = []

  /// So many are told with their reasons.
  private static let mostExamples = 5

  mutating func add(_ problem: @autoclosure () -> ConversionError) {
    count += 1
    if examples.count < Self.mostExamples { examples.append(problem()) }
  }
}
