/// A part of a dataset: what is learned from, what guides the learning, what judges it at the end.
public enum SplitName: String, Sendable, CaseIterable, Comparable {
  case train, validation, test

  /// In the order of a file: train, validation, test.
  public static func < (first: SplitName, second: SplitName) -> Bool {
    allCases.firstIndex(of: first)! < allCases.firstIndex(of: second)!
  }
}
