import HDF5

extension Arguments {
  /// What the HDF5 files of this command line may lead to beyond themselves. Plugins, which belong
  /// to the process, are allowed here and now.
  func permissions() throws -> Permissions {
    if has(.allowPlugins) { try Library.allowPlugins(true) }
    var permissions: Permissions = []
    if has(.allowVirtual) { permissions.formUnion([.virtualDatasets]) }
    if has(.allowExternal) { permissions.formUnion([.externalLinks, .externalStorage]) }
    return permissions
  }
}
