import Settings
import Testing

@Suite struct SettingsTests {
  @Test func `JSON5 with comments, trailing commas and bare keys is read`() throws {
    let text = "{ // comment\n a: 1, b: [1.5, 'x', true, null,], c: { d: -2e3 }, }"
    let value = try SettingValue(json5: Array(text.utf8), source: "run.json5")
    #expect(
      value == ["a": 1, "b": [1.5, "x", true, .null], "c": ["d": -2000]])
  }

  @Test func `a syntax error names the file and the place`() {
    let error = #expect(throws: SettingsError.self) {
      try SettingValue(json5: Array("{ a: 1,\n b: }".utf8), source: "run.json5")
    }
    #expect(error?.path == "run.json5")
    #expect(error?.problem.contains("line 2") == true)
  }

  @Test func `written JSON reads back as the same value`() throws {
    let value: SettingValue = [
      "text": "quote \" backslash \\ newline \n bell \u{7} é", "number": 0.1, "empty": [:],
      "list": [1, [2, []]],
    ]
    for pretty in [false, true] {
      let text = value.json(pretty: pretty)
      #expect(try SettingValue(json5: Array(text.utf8), source: "") == value)
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
    let value = try SettingValue(json5: Array("{ units: \(json) }".utf8), source: "")
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
