import Datasets
import Foundation
import Settings
import TestSupport
import Testing
import Training

/// The examples of the README.
@Suite struct LibraryExampleTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The first block of code of a language in the README.
  private func block(_ language: String) throws -> String {
    let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    let start = try #require(readme.range(of: "```\(language)\n"))
    let end = try #require(readme.range(of: "```", range: start.upperBound..<readme.endIndex))
    return String(readme[start.upperBound..<end.lowerBound])
  }

  @Test func `the library's example trains a network`() throws {
    let folder = TemporaryDirectory()
    let path = folder.file("fashion.h5")
    try SyntheticDataset.writeClasses(to: path, rows: [.train: 60, .test: 30])
    let run = folder.file("run")

    // example
    let data = try Dataset(path: path)
    var configuration = RunConfiguration()
    configuration.hidden = [512, 256]
    configuration.epochs = 10
    let trainer = try Trainer(configuration, data: data)
    let result = try trainer.train(into: RunDirectory(creating: run)) { event in
      if case .finishedEpoch(let epoch) = event { print(epoch.epoch, epoch.trainLoss) }
    }
    print(try trainer.evaluate(.test).accuracy ?? 0, result.parametersSHA256)
    // end

    #expect(result.epochs.count == 10)
    let own = try String(contentsOfFile: #filePath, encoding: .utf8)
      .components(separatedBy: "// example\n")[1].components(separatedBy: "// end")[0]
    let lines = own.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    let readme = try block("swift").replacing("\"fashion.h5\"", with: "path")
      .replacing("\"run\"", with: "run").split(separator: "\n")
      .map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(lines == readme.filter { !$0.isEmpty && !$0.hasPrefix("import ") })
    #expect(readme.count < 16)
  }

  @Test func `the run file's example is one`() throws {
    let settings = try SettingValue(json5: block("json5").utf8, source: "README.md")
    let configuration = try RunConfiguration(settings: settings, path: "README.md")
    #expect(configuration.network?.layers.count == 4)
    #expect(configuration.shards == 8)
  }
}
