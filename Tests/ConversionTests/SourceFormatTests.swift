import TestSupport
import Testing

@testable import Conversion

@Suite struct SourceFormatTests {
  let folder = TemporaryDirectory()

  func format(_ bytes: [UInt8]) throws -> SourceFormat {
    try SourceFormat.recognize(SourceFile(folder.write(bytes, to: "source")))
  }

  @Test func `formats are found from their content, compressed or not`() throws {
    for (bytes, wanted) in [
      (idx(8, [1], [0]), SourceFormat.idx), (npy("|u1", [1], [0]), .npy),
      (try zip([("x.npy", [0])]), .npz), (CIFARTests.rows([[9], [0]]), .cifar),
      (CIFARTests.rows([[0], [1]]), .cifar), (CIFARTests.rows([[19, 99], [1, 1]]), .cifar),
      (Array("# c\n1\n-1 3:5 7:1e3\n".utf8), .libsvm), (Array("2.5 qid:1 1:1".utf8), .libsvm),
    ] {
      #expect(try format(bytes) == wanted)
      #expect(try format(gzip(bytes)) == wanted)
      #expect(try format(zstandard(bytes)) == wanted)
    }
  }

  @Test(
    arguments: [
      ("PAR1", "is a Parquet file", "pandas.read_parquet(sys.argv[1]).to_csv"),
      ("ARROW1", "is an Arrow file", "pandas.read_feather(sys.argv[1]).to_csv"),
      ("BZh9", "is compressed by bzip2", "bzip2 -dc '"),
      ("", "is empty", "check that this is the right file"),
      ("\u{1}\u{2}", "starts with the bytes 01 02, as no format that is read does", "check th"),
    ])
  func `other formats are refused with what to do`(start: String, problem: String, remedy: String) {
    let error = #expect(throws: ConversionError.self) { try format(Array(start.utf8)) }
    #expect(error?.problem.hasPrefix(problem) == true, "\(error?.problem ?? "")")
    #expect(error?.remedy?.contains(remedy) == true, "\(error?.remedy ?? "")")
  }
}
