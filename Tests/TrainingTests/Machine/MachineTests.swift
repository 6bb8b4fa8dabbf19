import Testing

@testable import Training

@Suite struct MachineTests {
  @Test(
    arguments: [
      ("max 100000\n", nil), ("150000 100000\n", 1.5), ("400000 100000\n", 4.0), ("", nil),
      ("12", nil), ("1 0", nil),
    ] as [(String, Double?)])
  func `a cgroup's quota is read in cores`(text: String, cores: Double?) {
    #expect(quotaInCores(text) == cores)
  }

  @Test func `this process may use at least one core and some memory`() {
    #expect(availableCores() >= 1)
    #expect(availableMemory() > 1 << 20)
  }

  @Test func `available memory is read from meminfo`() {
    let text = "MemTotal:       100 kB\nMemFree: 10 kB\nMemAvailable:    24000 kB\n"
    #expect(availableInBytes(text) == 24_000 * 1024)
  }

  @Test func `a process's start is read behind a name with brackets`() {
    let fields = (3...30).map(String.init).joined(separator: " ")
    #expect(startTicks("1 (a) b) " + fields + "\n") == 22)
    #expect(startTicks("1 (short) 3 4") == nil && startTicks("") == nil)
  }

  @Test func `this process has an age`() throws {
    let age = try #require(processAge())
    #expect(age > 0 && age < 1e6)
  }
}
