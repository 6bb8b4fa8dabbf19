import CKernels

/// Copies rows to places in a buffer of such rows.
package enum Scatter {
  /// base[places[r]] = rows[r] for each place that is not negative.
  ///
  /// - Parameter pastCaches: write to memory directly, for rows that are read so much later that the
  ///   caches will have dropped them.
  /// - Precondition: every place that is not negative is a row of the buffer; its size is not known
  ///   here.
  package static func rows(
    _ rows: UnsafeRawPointer, rowBytes: Int, to places: UnsafeBufferPointer<Int32>,
    of base: UnsafeMutableRawPointer, pastCaches: Bool
  ) {
    guard let first = places.baseAddress else { return }
    kernel_scatter(rows, rowBytes, first, places.count, base, pastCaches)
  }
}
