extension Array where Element: BitwiseCopyable {
  /// `withUnsafeBytes` for bodies that throw `HDF5Error`: the standard library's forgets the type.
  func withBytes(_ body: (UnsafeRawBufferPointer) throws(HDF5Error) -> Void) throws(HDF5Error) {
    try withUnsafeBufferPointer { buffer throws(HDF5Error) in
      try body(UnsafeRawBufferPointer(buffer))
    }
  }
}
