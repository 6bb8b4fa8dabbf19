import Glibc

/// Seconds since the kernel started this process, to a hundredth; nil where it does not say.
func processAge() -> Double? {
  guard let stat = text(of: "/proc/self/stat"), let started = startTicks(stat) else { return nil }
  var now = timespec()
  guard clock_gettime(CLOCK_BOOTTIME, &now) == 0 else { return nil }
  let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9 - started / ticksPerSecond
}

/// The time after boot at which a process started, in clock ticks, from its `/proc/PID/stat`: the
/// 22nd field. Source: proc(5).
func startTicks(_ stat: String) -> Double? {
  // The second field is the program's name in brackets, which may hold spaces and brackets itself.
  guard let name = stat.lastIndex(of: ")") else { return nil }
  let fields = stat[stat.index(after: name)...].split(separator: " ")
  return fields.count > 19 ? Double(fields[19]) : nil
}
