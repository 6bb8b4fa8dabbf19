import Dispatch
import Glibc
import TestSupport
import Testing

@testable import Training

@Suite struct RunLockTests {
  @Test func `a lock that is refused closes no descriptor of another thread`() throws {
    let folder = TemporaryDirectory()
    let held = try RunLock(folder.path)
    // Touched by the second thread only.
    nonisolated(unsafe) var lost = 0
    DispatchQueue.concurrentPerform(iterations: 2) { thread in
      for _ in 0..<20_000 {
        if thread == 0 {
          _ = try? RunLock(folder.path)
        } else {
          let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
          if close(descriptor) != 0 { lost += 1 }
        }
      }
    }
    withExtendedLifetime(held) {}
    #expect(lost == 0)
  }
}
