import Glibc

/// Arithmetic on sizes that come from outside: shapes and counts that may be absurd.
enum Sizes {
  /// The longest side of a matrix that the matrix libraries take (32-bit dimensions).
  static let maximumWidth = Int(Int32.max)

  /// Layers of a network: what the generator of random numbers can tell apart, and more than
  /// anybody needs.
  static let maximumLayers = 1 << 16

  /// The number of elements of a tensor of this shape, 1 for a scalar; nil when a side is not
  /// positive or the product exceeds `maximumWidth`.
  static func width(of shape: [Int]) -> Int? {
    var product = 1
    for side in shape {
      guard side > 0, side <= maximumWidth else { return nil }
      product *= side
      guard product <= maximumWidth else { return nil }
    }
    return product
  }

  /// Bytes of memory of this machine.
  static var physicalMemory: Int {
    max(sysconf(Int32(_SC_PHYS_PAGES)), 1) * max(sysconf(Int32(_SC_PAGESIZE)), 1)
  }

  /// `[28, 28]`, as shapes are written in messages.
  static func text(shape: [Int]) -> String {
    "[" + shape.map(String.init).joined(separator: ", ") + "]"
  }

  /// `1,234,567`
  static func text(count: Int) -> String {
    var text = ""
    let digits = String(count)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// `2.9 TiB`
  static func text(bytes: Double) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var amount = bytes
    var unit = 0
    while amount >= 1024, unit < units.count - 1 {
      amount /= 1024
      unit += 1
    }
    return "\((amount * 10).rounded() / 10) \(units[unit])"
  }
}
