import Glibc

/// The smallest number that `limit` finds in the folder of this process's cgroup (v2) and in those
/// of its ancestors; nil where none has one.
func smallestOfCgroups(_ limit: (String) -> Double?) -> Double? {
  guard
    let line = text(of: "/proc/self/cgroup")?.split(separator: "\n").first(where: {
      $0.hasPrefix("0::")
    })
  else { return nil }
  var path = line.dropFirst(3)
  var smallest: Double?
  while true {
    if let here = limit("/sys/fs/cgroup\(path)") { smallest = min(smallest ?? here, here) }
    guard let slash = path.lastIndex(of: "/") else { return smallest }
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
