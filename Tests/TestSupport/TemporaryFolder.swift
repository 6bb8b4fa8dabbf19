import Glibc

/// A folder of one test, removed with the files in it.
public final class TemporaryFolder {
  public let path: String

  public init() {
    var template = Array("/tmp/lockstep-XXXXXX".utf8CString)
    path = String(cString: mkdtemp(&template))
  }

  deinit {
    chmod(path, 0o700)
    for name in names { unlink(self / name) }
    rmdir(path)
  }

  public static func / (folder: TemporaryFolder, name: String) -> String {
    folder.path + "/" + name
  }

  public var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  public func write(_ name: String, _ bytes: [UInt8]) {
    let file = fopen(self / name, "w")!
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }

  public func read(_ name: String) -> [UInt8] {
    guard let file = fopen(self / name, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
    return bytes
  }
}
