import Glibc

/// How numbers are written for people.
enum Numbers {
  /// With so many digits behind the point: `0.3124`.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    withVaList([Int32(decimals), value]) { formatted("%.*f", $0) }
  }

  /// With so many significant digits, as short as that allows: `0.001`, `3e-05`.
  static func significant(_ value: Double, _ digits: Int) -> String {
    withVaList([Int32(digits), value]) { formatted("%.*g", $0) }
  }

  /// A loss or an error: four digits behind the point, or as many significant ones where it is so
  /// small or large that they would not tell.
  static func loss(_ value: Double) -> String {
    let size = abs(value)
    return size == 0 || (1e-3..<1e5).contains(size) ? fixed(value, 4) : significant(value, 4)
  }

  /// `93.75 %`
  static func percent(_ share: Double) -> String { fixed(share * 100, 2) + " %" }

  /// `1,234,567`
  static func count(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// `1 row`, `2,000 rows`
  static func count(_ value: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count(value)) \(value == 1 ? noun : plural ?? noun + "s")"
  }

  /// `58,312`; of slow work with one digit behind the point.
  static func rate(_ perSecond: Double) -> String {
    perSecond >= 100 ? count(Int(min(perSecond, 1e15))) : fixed(perSecond, 1)
  }

  /// `1.5 MiB`
  static func bytes(_ value: Int) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    guard value >= 1024 else { return count(value, "byte") }
    var amount = Double(value) / 1024
    var unit = 0
    while amount >= 1023.95, unit < units.count - 1 {
      amount /= 1024
      unit += 1
    }
    return fixed(amount, 1) + " " + units[unit]
  }

  /// `4.2 s`, `3:07 min`, `2:05:09 h`
  static func duration(_ seconds: Double) -> String {
    guard seconds >= 60 else { return fixed(seconds, 1) + " s" }
    let whole = Int(min(seconds, 1e12).rounded())
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, twoDigits(whole % 60))
    return hours > 0 ? "\(hours):\(twoDigits(minutes)):\(rest) h" : "\(minutes):\(rest) min"
  }

  /// `28×28`; a single number has no sides.
  static func shape(_ sides: [Int]) -> String {
    sides.isEmpty ? "single values" : sides.map(String.init).joined(separator: "×")
  }

  /// Filled up with spaces on the left.
  static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private static func twoDigits(_ value: Int) -> String { (value < 10 ? "0" : "") + "\(value)" }

  private static func formatted(_ format: String, _ arguments: CVaListPointer) -> String {
    // The longest double has 309 digits before the point.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { characters in
      vsnprintf(characters.baseAddress!, characters.count, format, arguments)
      return String(cString: characters.baseAddress!)
    }
  }
}
