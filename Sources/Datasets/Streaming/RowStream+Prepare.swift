import Kernels

extension RowStream {
  /// Reads all rows of a split that stays; of any other it reads nothing yet.
  package func prepare() throws(DatasetError) {
    guard plan.staysResident else { return }
    let pass = passInOrder()
    defer { pass.end() }
    try pass.loadAll()
  }

  /// Reads all rows of a split that does not stay, once, so that a fault among them shows now and
  /// not when they are needed.
  ///
  /// - Parameter report: called now and then with the rows read so far.
  package func verify(report: (Int) -> Void = { _ in }) throws(DatasetError) {
    guard !plan.staysResident else { return }
    let pass = passInOrder()
    defer { pass.end() }
    let indices = AlignedBuffer<Int32>(count: plan.blockRows)
    var done = 0
    while case let count = try pass.next(plan.blockRows, into: indices.pointer), count > 0 {
      done += count
      report(done)
    }
  }
}
