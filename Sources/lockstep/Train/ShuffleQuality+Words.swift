import Datasets

extension ShuffleQuality {
  /// "batches are 1.2 times as uneven as fully shuffled"
  var words: String {
    "batches are \(Numbers.fixed(unevenness, 1)) times as uneven as fully shuffled"
  }

  /// What to do about it; nil where nothing need be done.
  func warning(batch: Int) -> String? {
    if suffices { return nil }
    return """
      Warning: neighbouring rows are alike (sorted by class?), and the shuffle mixes too few blocks
      of them: batches of \(Numbers.count(batch, "row")) are \(Numbers.fixed(unevenness, 1)) times as \
      uneven as fully shuffled, which
      slows learning down or ruins it. Shuffle the file once, with lockstep convert --shuffle full,
      or give the window more blocks (--window-blocks) of fewer rows (--block-rows).
      """
  }
}
