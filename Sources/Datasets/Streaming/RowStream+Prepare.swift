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
  package func verify() throws(DatasetError) {
    guard !plan.staysResident else { return }
    let pass = passInOrder()
    defer { pass.end() }
    let indices = AlignedBuffer<Int32>(count: plan.blockRows)
    while try pass.next(plan.blockRows, into: indices.pointer) > 0 {}
  }
}
