import TestSupport
import Testing

/// `lockstep verify`.
@Suite struct VerifyTests {
  @Test func `verify finds the same bits`() throws {
    let workshop = try EventfulRun().workshop
    let line = "verify run.json5 --data data.h5"
    let outcome = try workshop.lockstep(line)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("Verified: all runs came to the same bits"))
    let document = try workshop.json(line)
    #expect(document["agree"] as? Bool == true)
    #expect((document["runs"] as? [Any])?.count ?? 0 >= 3)
  }

  @Test func `verify reads what train reads, however it is said`() throws {
    let workshop = try EventfulRun(isStreamed: true).workshop
    try workshop.writePoints(to: "more.h5", splits: [.train], train: 500, features: 100)
    let outcome = try workshop.lockstep(
      "verify run.json5 --data data.h5 --data more.h5 --allow-external --steps 40 "
        + "--memory-budget 2M")
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("Verified"))
  }
}
