import Kernels
import Testing

@Suite struct NumericsTests {
  init() { _ = LibraryThreads.started }

  @Test func `the self-test passes on this machine`() throws {
    try SelfTest.run()
  }

  @Test func `what the self-test runs beside is done, and its errors are thrown`() throws {
    struct Failure: Error {}
    #expect(SelfTest.runBeside { 7 } == 7)
    #expect(throws: Failure.self) { try SelfTest.runBeside { throw Failure() } }
    try SelfTest.run()
  }

  @Test func `bytes are zero when all of them are`() {
    for count in [0, 1, 2, 63, 1000] {
      var bytes = [UInt8](repeating: 0, count: count)
      #expect(bytes.withUnsafeBytes { $0.isZero })
      for place in Set([0, count / 2, count - 1]) where bytes.indices.contains(place) {
        bytes[place] = 1
        #expect(!bytes.withUnsafeBytes { $0.isZero })
        bytes[place] = 0
      }
    }
  }

  @Test func `the numerics identity names program, instructions and libraries`() {
    let parts = NumericsIdentity.current.split(separator: "; ")
    #expect(parts.count == 4)
    #expect(parts[0] == "lockstep \(NumericsIdentity.programVersion)")
    #expect(parts[1] == InstructionSet.current.rawValue)
    #expect(parts[2].hasPrefix("oneDNN ") && parts[2].split(separator: " ").count == 3)
    #expect(parts[3].hasPrefix("OpenBLAS ") && parts[3].split(separator: " ").count == 3)
  }

  @Test func `a forced instruction set is one that the processor has, or refused with the choice`()
  {
    for set in InstructionSet.allCases {
      if set.isAvailable {
        #expect((try? InstructionSet.forced(set.rawValue)) == set)
      } else {
        #expect(throws: NumericsError.self) { try InstructionSet.forced(set.rawValue) }
      }
    }
    let error = #expect(throws: NumericsError.self) { try InstructionSet.forced("mmx") }
    #expect(error?.problem.contains("\"mmx\"") == true)
    #expect(error?.problem.contains("sse2") == true)
  }

  @Test func `the current instruction set is one that the processor has`() throws {
    try InstructionSet.check()
    #expect(InstructionSet.current.isAvailable)
    #expect(InstructionSet.sse2.isAvailable)
  }
}
