import HDF5
import TestSupport
import Testing

/// The error that `body` throws; records an issue where it throws none.
func failure(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> HDF5Error? {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as HDF5Error {
    return error
  } catch {
    Issue.record("\(error) is no HDF5Error", sourceLocation: sourceLocation)
  }
  return nil
}

func openFixture(_ name: String, allowing permissions: Permissions = []) throws -> File {
  try File(opening: fixture("Fixtures/\(name)"), allowing: permissions)
}

/// The bytes of a dataset's elements in this machine's order.
func read(_ dataset: Dataset, _ slab: Slab? = nil, as type: ElementType, count: Int) throws
  -> [UInt8]
{
  var bytes = [UInt8](repeating: 0xAA, count: count * type.byteCount)
  try bytes.withUnsafeMutableBytes { try dataset.read(slab, as: type, into: $0) }
  return bytes
}

func write(_ bytes: [UInt8], to dataset: Dataset, _ slab: Slab? = nil, as type: ElementType) throws
{
  try bytes.withUnsafeBytes { try dataset.write(slab, as: type, from: $0) }
}

/// Each group of `size` bytes reversed.
func reversed(_ bytes: [UInt8], each size: Int) -> [UInt8] {
  stride(from: 0, to: bytes.count, by: size).flatMap { bytes[$0..<$0 + size].reversed() }
}
