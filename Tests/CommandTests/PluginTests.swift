import TestSupport
import Testing

/// Filters that libhdf5 has only as plugins. Fixtures/make.py writes the file.
@Suite struct PluginTests {
  private let workshop = Workshop()
  private let file = fixture("Fixtures/inverted.h5")

  @Test func `A filter that is not there is named`() throws {
    for option in ["", " --allow-plugins"] {
      let outcome = try workshop.lockstep("train --data \(file) --output run" + option)
      expectFailure(
        outcome, status: 1, ["inverted.h5: /train/features", "filter 300", "does not have"])
    }
  }

  @Test func `A plugin decodes where plugins are allowed, and only there`() throws {
    let source = fixture("Fixtures/invert.c")
    let compiled = try workshop.shell(
      "clang -shared -fPIC $(pkg-config --cflags hdf5-serial) -o libinvert.so '\(source)'")
    try #require(compiled.status == 0, "\(compiled.error)")
    let run =
      "HDF5_PLUGIN_PATH=$PWD \"$lockstep\" train --data '\(file)' --hidden 2 --shards 1 "
      + "--epochs 1 --batch-size 2 --json --output "
    expectFailure(try workshop.shell(run + "forbidden"), status: 1, ["filter 300"])
    let allowed = try workshop.shell(run + "run --allow-plugins")
    #expect(allowed.status == 0, "\(allowed.error)")
  }
}
