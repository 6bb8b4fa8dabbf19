import HDF5
import Kernels
import TestSupport
import Testing

@testable import Datasets

/// Several files as one dataset.
@Suite struct SeveralFilesTests {
  let folder = TemporaryDirectory()

  /// Rows of two numbers that count on from `first`, in chunks of an odd size, with labels.
  func write(
    _ name: String, rows: Range<Int>, type: ElementType = .float32, names: [String]? = nil
  ) throws -> String {
    let path = folder.file(name)
    let file = try File(creating: path)
    let features = try file.createDataset(
      "x_train", type, shape: [rows.count, 2],
      storage: .chunked([min(7, rows.count), 2], filters: [.shuffle, .deflate(1)]))
    let values = rows.flatMap { [Float($0), Float($0) / 2] }
    if type == .float32 {
      try features.write(values)
    } else {
      try features.write(values.map { Double($0) })
    }
    try file.createDataset("y_train", .uint8, shape: [rows.count])
      .write(rows.map { UInt8($0 % 5) })
    try file.close()
    return path
  }

  func open(_ paths: [String]) throws -> Datasets.Dataset {
    try Datasets.Dataset(paths: paths, features: "x_train", targets: "y_train")
  }

  @Test func `rows follow each other in the order of the files`() throws {
    let paths = [
      try write("b.h5", rows: 0..<20), try write("a.h5", rows: 20..<21),
      try write("c.h5", rows: 21..<60),
    ]
    let data = try open(paths)
    #expect(data.splits == [.train: 60])
    #expect(data.targets == .classes(5))
    let rows = (0..<60).map { Int32($0) }
    let train = try data.load(.train)
    #expect(train.features(rows) == rows.flatMap { [Float($0), Float($0) / 2] })
    #expect(train.labels(rows) == rows.map { $0 % 5 })
    #expect(try data.classCounts(.train) == [12, 12, 12, 12, 12])
    #expect(try open(Array(paths.reversed())).fingerprint != data.fingerprint)
    #expect(try open(Array(paths.reversed())).load(.train).features([0]) == [21, 10.5])
  }

  @Test func `they stream in the order of one file with all their rows`() throws {
    let one = try open([try write("one.h5", rows: 0..<90_000)])
    let two = try open([
      try write("first.h5", rows: 0..<40_003), try write("second.h5", rows: 40_003..<90_000),
    ])
    let geometry = ShuffleGeometry.window(blockRows: 100, windowBlocks: 5)
    let drawn = try [one, two].map { data -> [Float] in
      let stream = try data.stream(
        .train, geometry: geometry, batch: 128, budget: data.residentBytes(.train) - 1)
      #expect(!stream.plan.staysResident)
      let pass = stream.pass(seed: 1)
      let indices = AlignedBuffer<Int32>(count: 128)
      var drawn: [Float] = []
      while case let count = try pass.next(128, into: indices.pointer), count > 0 {
        drawn += stream.memory.features(Array(indices.pointer[..<count]))
      }
      return drawn
    }
    #expect(drawn[0].count == 180_000)
    #expect(drawn[0] == drawn[1])
  }

  @Test func `files that do not fit each other are refused, and named`() throws {
    let first = try write("first.h5", rows: 0..<20)
    let double = try write("double.h5", rows: 0..<20, type: .float64)
    let error = #expect(throws: DatasetError.self) { try open([first, double]) }
    #expect(
      error?.description
        == "\(double): /x_train holds float64; expected float32, as /x_train of \(first) holds")
  }

  @Test(arguments: [
    ("external", Permissions.externalLinks), ("soft-external", .externalLinks),
    ("external-storage", .externalStorage), ("virtual", .virtualDatasets),
  ])
  func `what leaves the file is read only where that is allowed`(
    name: String, permission: Permissions
  ) throws {
    let path = fixture("../HDF5Tests/Fixtures/leaving.h5")
    for permissions in [
      [],
      Permissions([.externalLinks, .externalStorage, .virtualDatasets])
        .subtracting(permission),
    ] {
      #expect(throws: DatasetError.self) {
        try Datasets.Dataset(
          path: path, features: name, targets: "/group/data", allowing: permissions)
      }
    }
    for permissions in [permission, [.externalLinks, .externalStorage, .virtualDatasets]] {
      let data = try Datasets.Dataset(
        path: path, features: name, targets: name, task: .regression, allowing: permissions)
      let train = try data.load(.train)
      #expect(train.rows == (name == "external-storage" ? 4 : 3))
      if name != "external-storage" { #expect(train.features([0, 1, 2]) == [7, 8, 9]) }
      #expect(train.values([0]) == train.features([0]))
    }
  }

  @Test func `a split that is a link to another file is refused, and the option named`() throws {
    let path = fixture("../HDF5Tests/Fixtures/views.h5")
    let error = #expect(throws: DatasetError.self) { try Datasets.Dataset(path: path) }
    #expect(error?.dataset == "/train/features")
    #expect(error?.problem.contains("/train/features is a link to another file") == true)
    #expect(error?.remedy == "use --allow-external if you trust the file")
    let data = try Datasets.Dataset(path: path, allowing: .externalLinks)
    #expect(try data.load(.train).features([0, 1, 2]) == [0, 1, 2])
  }
}
