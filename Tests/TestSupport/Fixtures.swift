import Foundation

/// The path of a file that lies in a folder beside the test's source.
///
/// - Parameters:
///   - name: the path from the folder of the test's source: `Fixtures/h5py.h5`.
///   - source: the test's source; leave it out.
public func fixture(_ name: String, beside source: String = #filePath) -> String {
  URL(fileURLWithPath: source).deletingLastPathComponent().appendingPathComponent(name).path
}

/// All bytes of a file.
public func bytes(of path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}
