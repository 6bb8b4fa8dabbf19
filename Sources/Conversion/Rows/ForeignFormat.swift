/// Formats that are known and not read: what to do with a file of theirs.
enum ForeignFormat {
  /// Throws if a file is of one of them.
  /// - Parameter start: the file's first bytes, decompressed.
  static func refuse(_ start: [UInt8], path: String) throws(ConversionError) {
    guard let format = all.first(where: { start.starts(with: $0.magic) }) else { return }
    throw ConversionError(
      subject: path, problem: "is \(format.words), which is not read",
      remedy: format.remedy(quoted(path)))
  }

  private struct Format {
    let magic: [UInt8]
    let words: String
    /// - Parameter: the path, quoted for a shell.
    let remedy: @Sendable (String) -> String

    init(_ magic: [UInt8], _ words: String, _ remedy: @escaping @Sendable (String) -> String) {
      self.magic = magic
      self.words = words
      self.remedy = remedy
    }
  }

  private static let all: [Format] = [
    Format(Array("PAR1".utf8), "a Parquet file", { pandas("read_parquet", $0) }),
    Format(Array("ARROW1".utf8), "an Arrow file", { pandas("read_feather", $0) }),
    Format(Array("FEA1".utf8), "a Feather file", { pandas("read_feather", $0) }),
    Format([0xFD] + Array("7zXZ\0".utf8), "compressed by xz", { decompressed("xz -dc", $0) }),
    Format(Array("BZh".utf8), "compressed by bzip2", { decompressed("bzip2 -dc", $0) }),
    Format([0x04, 0x22, 0x4D, 0x18], "compressed by lz4", { decompressed("lz4 -dc", $0) }),
    Format([0x89] + Array("PNG".utf8), "one PNG image", { _ in images }),
    Format([0xFF, 0xD8, 0xFF], "one JPEG image", { _ in images }),
    Format([0x80, 0x02], "a Python pickle", { _ in pickle }),
    Format([0x80, 0x03], "a Python pickle", { _ in pickle }),
    Format([0x80, 0x04], "a Python pickle", { _ in pickle }),
    Format([0x80, 0x05], "a Python pickle", { _ in pickle }),
  ]

  private static func pandas(_ reader: String, _ path: String) -> String {
    "make a CSV file of it: python3 -c 'import pandas, sys; "
      + "pandas.\(reader)(sys.argv[1]).to_csv(sys.argv[2], index=False)' \(path) data.csv"
  }

  private static func decompressed(_ command: String, _ path: String) -> String {
    "decompress it on the way: \(command) \(path) | lockstep convert --train - …"
  }

  private static let images = "give the folder that has a folder of images for each class"
  private static let pickle =
    "it can run any program and is never opened; save its arrays by numpy.savez"

  private static func quoted(_ path: String) -> String {
    "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
