import CSystem
import Glibc

/// A folder for what only the present command needs, removed with everything in it.
final class ScratchFolder {
  let path: String

  init() throws {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((parent + "/lockstep-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw SystemError(operation: "creating a folder in \(parent)", code: errno)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { lockstep_remove_tree(path) }
}
