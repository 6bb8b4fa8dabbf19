extension RowStream {
  /// Reads all rows of a split that stays; of any other it reads nothing yet.
  package func prepare() throws(DatasetError) {
    guard plan.staysResident else { return }
    let pass = passInOrder()
    defer { pass.end() }
    try pass.loadAll()
  }
}
