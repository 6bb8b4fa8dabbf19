extension RowStream {
  /// Reads all rows of a split that stays.
  package func loadAll() throws(DatasetError) {
    let pass = passInOrder()
    defer { pass.end() }
    try pass.loadAll()
  }
}
