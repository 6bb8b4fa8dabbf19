/// Bytes of memory that this process may still take: what the machine has available, and no more
/// than its cgroup v2 leaves.
public func availableMemory() -> Int {
  let machine = text(of: "/proc/meminfo").flatMap(availableInBytes) ?? 1 << 30
  guard let limit = cgroupLimit("memory.max", { Double($0.trimmed) }),
    let used = cgroupLimit("memory.current", { Double($0.trimmed) })
  else { return machine }
  return min(machine, max(0, Int(limit - used)))
}

/// Bytes that the data may take where nothing is said: four fifths of what is free.
func defaultMemoryBudget() -> Int { availableMemory() / 5 * 4 }

/// `MemAvailable` of the text of `/proc/meminfo`.
func availableInBytes(_ text: String) -> Int? {
  for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
    let words = line.split(separator: " ")
    return words.count > 1 ? Int(words[1]).map { $0 * 1024 } : nil
  }
  return nil
}

extension String {
  fileprivate var trimmed: Substring { prefix { $0 != "\n" } }
}
