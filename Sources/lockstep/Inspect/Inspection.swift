import Glibc
import Settings

/// What was found, in words and as JSON: the same facts.
struct Inspection {
  /// Paragraphs, with blank lines between them.
  var paragraphs: [String]
  var members: [String: SettingValue]
  /// Why what was found cannot be used.
  var problem: String?

  var text: String { paragraphs.joined(separator: "\n\n") }
  var json: SettingValue { .object(members) }
}

/// Names and facts in two columns.
struct Facts {
  private var table = Table([.left, .left])

  mutating func add(_ name: String, _ fact: String?) {
    if let fact { table.add([name, fact]) }
  }

  var text: String { table.text }
}

/// Bytes of a file; 0 where it cannot be asked.
func byteCount(of path: String) -> Int {
  var status = stat()
  return stat(path, &status) == 0 ? Int(status.st_size) : 0
}
