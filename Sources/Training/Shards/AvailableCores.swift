import CSystem
import Glibc

/// The number of cores this process may use: those of its CPU affinity, and no more than the
/// whole cores of its cgroup v2 quota (at least one).
///
/// The quota is rounded down: workers advance in lockstep, so one that is throttled for a part of
/// each period holds up the rest.
public func availableCores() -> Int {
  let affinity = max(1, Int(lockstep_affinity_count()))
  return cgroupQuota().map { max(1, min(affinity, Int($0))) } ?? affinity
}

/// The smallest CPU quota, in cores, among this process's cgroup and its ancestors; nil without one.
private func cgroupQuota() -> Double? {
  guard
    let line = text(of: "/proc/self/cgroup")?.split(separator: "\n").first(where: {
      $0.hasPrefix("0::")
    })
  else { return nil }
  var path = line.dropFirst(3)
  var quota: Double?
  while true {
    if let here = text(of: "/sys/fs/cgroup\(path)/cpu.max").flatMap(quotaInCores) {
      quota = min(quota ?? here, here)
    }
    guard let slash = path.lastIndex(of: "/") else { return quota }
    path = path[..<slash]
  }
}

/// The quota that the text of a `cpu.max` file states (`"150000 100000"` is 1.5), nil for `max`.
func quotaInCores(_ text: String) -> Double? {
  let words = text.split { $0 == " " || $0 == "\n" }
  guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]), period > 0
  else { return nil }
  return quota / period
}

/// The text of a small system file, nil when it cannot be read.
private func text(of path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 4096)
  let count = fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes[..<count], as: UTF8.self)
}
