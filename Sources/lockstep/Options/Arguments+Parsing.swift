import CSystem
import Glibc

extension Arguments {
  /// Takes a command's words apart, by getopt_long(3).
  ///
  /// Options may stand anywhere; `--` ends them. Unlike getopt_long, shortened names are refused: a
  /// script that uses them would break when an option is added.
  ///
  /// - Throws: `UsageError` that names the option, what was given and what is allowed.
  init(_ words: [String], for command: any Command.Type) throws {
    let options = command.allOptions
    let names = options.map { strdup($0.name)! }
    let copies = words.map { strdup($0)! }
    defer { for copy in names + copies { free(copy) } }
    let table =
      zip(options.indices, names).map { index, name in
        option(
          name: name,
          has_arg: options[index].value.hasArgument,
          flag: nil, val: Int32(Self.firstCode + index))
      } + [option()]
    let argv: [UnsafeMutablePointer<CChar>?] = [names[0]] + copies + [nil]

    var position: Int32 = 0
    var collecting: Option?
    while true {
      // "-" keeps words in their order, ":" tells a missing value from an unknown option.
      let found = lockstep_next_option(Int32(words.count + 1), argv, "-:h", table, position)
      let word = { words[max(0, Int(position) - 1)] }
      let text = found.text.map { String(cString: $0) }
      switch found.code {
      case -1:
        self.words += words.dropFirst(Int(found.position) - 1)
        return
      case 1:
        if let collecting { try add(text!, to: collecting) } else { self.words.append(text!) }
      case Int32(UInt8(ascii: "h")):
        try add(nil, to: .help)
      case Int32(UInt8(ascii: ":")):
        throw Self.missingValue(options[Int(found.about) - Self.firstCode])
      case Int32(UInt8(ascii: "?")) where Int(found.about) >= Self.firstCode:
        let option = options[Int(found.about) - Self.firstCode]
        throw UsageError("\(option.flag) takes no value; found \(word())")
      case Int32(UInt8(ascii: "?")):
        throw Self.unknown(word(), command)
      default:
        let option = options[Int(found.code) - Self.firstCode]
        let name = String(word().prefix { $0 != "=" })
        guard name == option.flag else { throw Self.unknown(name, command) }
        if let text, text.hasPrefix("--"), !word().contains("=") {
          throw Self.missingValue(option)
        }
        try add(text, to: option)
        collecting = option.value.takesMany ? option : nil
      }
      position = found.position
    }
  }

  /// Codes of options begin behind those of characters.
  private static let firstCode = 256

  private static func missingValue(_ option: Option) -> UsageError {
    UsageError(
      "\(option.flag) is given no value; expected \(option.value.expectation): "
        + "\(option.flag) \(option.value.placeholder ?? "")")
  }

  private static func unknown(_ word: String, _ command: any Command.Type) -> UsageError {
    .unknown(
      String(word.prefix { $0 != "=" }), "to lockstep \(command.name)",
      known: command.allOptions.map(\.flag),
      otherwise: "lockstep \(command.name) --help lists what is known")
  }
}
