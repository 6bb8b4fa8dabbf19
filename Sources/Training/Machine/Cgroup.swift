import Glibc

/// The smallest number that `parse` finds in the control file `name` of this process's cgroup (v2)
/// and of its ancestors; nil where none sets one.
func cgroupLimit(_ name: String, _ parse: (String) -> Double?) -> Double? {
  guard
    let line = text(of: "/proc/self/cgroup")?.split(separator: "\n").first(where: {
      $0.hasPrefix("0::")
    })
  else { return nil }
  var path = line.dropFirst(3)
  var limit: Double?
  while true {
    if let here = text(of: "/sys/fs/cgroup\(path)/\(name)").flatMap(parse) {
      limit = min(limit ?? here, here)
    }
    guard let slash = path.lastIndex(of: "/") else { return limit }
    path = path[..<slash]
  }
}

/// The text of a small system file, nil when it cannot be read.
func text(of path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 16_384)
  let count = fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes[..<count], as: UTF8.self)
}
