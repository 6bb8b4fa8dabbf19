import HDF5
import TestSupport
import Testing

/// Files on which libhdf5 itself crashes, or never comes to an end: each is one of h5py's with a
/// single byte changed (found by `tools/fuzz`).
@Suite(.enabled(if: Library.version == "1.10.8", "other versions have other faults"))
struct DamagedFileTests {
  private let workshop = Workshop()

  private func writeDamaged(byte: Int, value: UInt8, to name: String = "damaged.h5") throws {
    var content = try bytes(of: fixture("../HDF5Tests/Fixtures/attributes.h5"))
    content[byte] = value
    try workshop.folder.write(content, to: name)
  }

  @Test(arguments: [(6684, 131), (6373, 1)])
  func `A file that the library crashes on is said to be damaged`(
    byte: Int, value: UInt8
  ) throws {
    try writeDamaged(byte: byte, value: value)
    for line in ["inspect damaged.h5", "train --data damaged.h5 --output run"] {
      expectFailure(
        try workshop.lockstep(line), status: 1,
        ["damaged.h5", "is damaged: the HDF5 library crashes on it (signal "])
    }
    #expect(try workshop.folder.names() == ["damaged.h5"])
  }

  @Test func `A damaged file that another one leads to is met before it is read`() throws {
    try workshop.folder.write(
      bytes(of: fixture("../HDF5Tests/Fixtures/leaving.h5")), to: "leaving.h5")
    try writeDamaged(byte: 6684, value: 131, to: "outside.h5")
    let line =
      "train --data leaving.h5 --features /external --targets /external --task regression "
      + "--output run"
    expectFailure(
      try workshop.lockstep(line + " --allow-external"), status: 1,
      ["leaving.h5", "is damaged: the HDF5 library crashes on it (signal ", "that it leads to"])
    expectFailure(try workshop.lockstep(line), status: 1, ["link to another file"])
  }

  @Test func `A file that the library never comes to an end with is said to be damaged`() throws {
    try writeDamaged(byte: 835, value: 168)
    // The first look keeps to a limit that is lower than its own.
    let outcome = try workshop.shell("ulimit -S -t 1; \"$lockstep\" inspect damaged.h5")
    expectFailure(
      outcome, status: 1,
      ["damaged.h5", "is damaged: the HDF5 library does not come to an end with it"])
  }
}
