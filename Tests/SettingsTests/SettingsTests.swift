import Settings
import Testing

@Suite struct SettingsTests {
  @Test func `JSON5 with comments, trailing commas and bare keys is read`() throws {
    let text = "{ // comment\n a: 1, b: [1.5, 'x', true, null,], c: { d: -2e3 }, }"
    let value = try SettingValue(json5: text.utf8, source: "run.json5")
    #expect(
      value == ["a": 1, "b": [1.5, "x", true, .null], "c": ["d": -2000.0]])
  }

  @Test(arguments: [
    ("{ a: 1,\n b: }", "line 2 column 5", "expected a value"),
    ("{ a: 1 b: 2 }", "line 1 column 8", "expected ',' or '}'"),
    ("{ a: 1, a: 2 }", "line 1 column 9", "the key 'a' stands twice"),
    ("{ a: relu }", "line 1 column 6", "strings stand in quotes"),
    ("{ a: 'x\n' }", "line 1 column 6", "not closed on its line"),
    ("{ a: 1.2.3 }", "line 1 column 6", "'1.2.3' is not a number"),
    ("{ a: 1 } x", "line 1 column 10", "expected the end"),
    ("/* ", "line 1 column 1", "never closed"),
    ("", "line 1 column 1 (the text ends there)", "expected a value"),
    (String(repeating: "[", count: 70), "line 1 column 65", "nested deeper than 64"),
  ])
  func `a syntax error names the file and the place`(text: String, place: String, problem: String) {
    let error = #expect(throws: SettingsError.self) {
      try SettingValue(json5: text.utf8, source: "run.json5")
    }
    #expect(error?.path == "run.json5")
    #expect(error?.problem.contains(place) == true, "\(error?.problem ?? "")")
    #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
  }

  @Test(
    arguments: [
      ("1e-3", 1e-3), ("-.5", -0.5), ("5.", 5), ("+2.5E+3", 2500), ("1e400", .infinity),
      ("-Infinity", -.infinity),
    ] as [(String, Double)])
  func `numbers are read in JSON5's forms`(text: String, number: Double) throws {
    #expect(try SettingValue(json5: text.utf8, source: "") == .number(number))
  }

  @Test func `a null is as good as an absent member`() throws {
    var reader = try SettingsReader(["norm": .null, "name": .null], path: "run")
    #expect(try reader.optional("norm") { try $0.number("norm", "a number") { _ in true } } == nil)
    #expect(try reader.string("name", default: "none") == "none")
    try reader.finish()
  }

  @Test func `hexadecimal and large integers are read exactly`() throws {
    let text = "[0xFF, -9223372036854775807, 9007199254740993]"
    #expect(
      try SettingValue(json5: text.utf8, source: "")
        == [255, -9_223_372_036_854_775_807, 9_007_199_254_740_993])
  }

  @Test func `escapes in strings are decoded`() throws {
    let text = #"'a\n\t\'\u00e9\ud83d\ude00\x41'"#
    let decoded = "a\n\t'\u{e9}\u{1F600}A"
    #expect(try SettingValue(json5: text.utf8, source: "") == .string(decoded))
  }

  @Test func `written JSON reads back as the same value`() throws {
    let value: SettingValue = [
      "text": "quote \" backslash \\ newline \n bell \u{7} é", "number": 0.1, "empty": [:],
      "list": [1, [2, []]],
    ]
    for pretty in [false, true] {
      let text = value.json(pretty: pretty)
      #expect(try SettingValue(json5: text.utf8, source: "") == value)
    }
  }

  @Test func `an unknown member is an error that names it and the known ones`() throws {
    var reader = try SettingsReader(["units": 3, "unitz": 4], path: "run.json5: network[0]")
    #expect(try reader.integer("units", in: 1...10) == 3)
    let error = #expect(throws: SettingsError.self) { try reader.finish() }
    #expect(error?.description == "run.json5: network[0].unitz: is unknown; known here: units")
  }

  @Test(arguments: [
    ("\"3\"", "is \"3\"; expected an integer from 1 to 10"),
    ("11", "is 11; expected an integer from 1 to 10"),
    ("2.5", "is 2.5; expected an integer from 1 to 10"),
  ])
  func `an integer of the wrong kind or range is refused`(json: String, problem: String) throws {
    let value = try SettingValue(json5: "{ units: \(json) }".utf8, source: "")
    var reader = try SettingsReader(value, path: "run")
    let error = #expect(throws: SettingsError.self) { try reader.integer("units", in: 1...10) }
    #expect(error?.problem == problem)
  }

  @Test func `an option beats the file, member by member`() {
    let file: SettingValue = ["a": 1, "shuffle": ["mode": "full", "blockRows": 8]]
    let options: SettingValue = ["shuffle": ["mode": "window"], "b": 2]
    #expect(
      file.merging(options)
        == ["a": 1, "b": 2, "shuffle": ["mode": "window", "blockRows": 8]])
  }
}
