import CSystem

/// The number of cores this process may use: those of its CPU affinity, and no more than the
/// whole cores of its cgroup v2 quota (at least one).
///
/// The quota is rounded down: workers advance in lockstep, so one that is throttled for a part of
/// each period holds up the rest.
public func availableCores() -> Int {
  let affinity = max(1, Int(lockstep_affinity_count()))
  let quota = smallestOfCgroups { text(of: $0 + "/cpu.max").flatMap(quotaInCores) }
  return quota.map { max(1, Int(min(Double(affinity), $0))) } ?? affinity
}

/// The quota that the text of a `cpu.max` file states (`"150000 100000"` is 1.5), nil for `max`.
func quotaInCores(_ text: String) -> Double? {
  let words = text.split { $0 == " " || $0 == "\n" }
  guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]), period > 0
  else { return nil }
  return quota / period
}
