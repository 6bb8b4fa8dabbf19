/// Bytes of memory that this process may still take: what the machine has available, and no more
/// than its cgroup v2 leaves.
public func availableMemory() -> Int {
  let machine = text(of: "/proc/meminfo").flatMap(availableInBytes) ?? 1 << 30
  let left = smallestOfCgroups { folder -> Double? in
    func number(_ name: String) -> Double? {
      text(of: "\(folder)/\(name)").flatMap { Double($0.trimmed) }
    }
    guard let limit = number("memory.max"), let used = number("memory.current") else { return nil }
    return max(0, limit - used)
  }
  return left.map { min(machine, Int($0)) } ?? machine
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
