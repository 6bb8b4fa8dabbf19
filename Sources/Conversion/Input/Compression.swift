/// How a source file is compressed, found from how it starts.
enum Compression: String, Sendable {
  case none, gzip, zstandard

  /// Bytes of a file's start that tell.
  static let magicBytes = 4

  /// - Parameter start: the first bytes of the file, fewer where it is shorter.
  init(start: some Collection<UInt8>) {
    let bytes = Array(start.prefix(Self.magicBytes))
    let word = bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    // RFC 1952; RFC 8878, whose skippable frames may come first.
    if bytes.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if bytes.count == 4, word == 0xFD2F_B528 || word & 0xFFFF_FFF0 == 0x184D_2A50 {
      self = .zstandard
    } else {
      self = .none
    }
  }

  /// To how many bytes one byte can expand at most: a header that declares more than the file can
  /// hold lies. Deflate repeats 258 bytes in 2 bits; a Zstandard block repeats 128 KiB in 4 bytes.
  var largestRatio: Int {
    switch self {
    case .none: 1
    case .gzip: 1032
    case .zstandard: 1 << 15
    }
  }

  var name: String {
    switch self {
    case .none: "no compression"
    case .gzip: "gzip"
    case .zstandard: "Zstandard"
    }
  }
}
