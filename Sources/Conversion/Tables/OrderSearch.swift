/// Finds the values at given places of columns' sorted values, exactly and in little memory, by
/// reading them six times: each time, the next bits of what is searched are found by counting.
struct OrderSearch {
  private struct Query {
    var column: Int
    /// Among the values that start with `prefix`.
    var rank: Int
    var prefix: UInt64 = 0
  }

  private static let digitBits = 11
  private static let digits = 1 << digitBits
  private var queries: [Query] = []
  /// The queries of each column.
  private var ofColumn: [[Int]] = []
  private var counts: [Int] = []
  /// Bits of keys that are not known yet.
  private var unknownBits = 64

  var isUnfinished: Bool { unknownBits > 0 && !queries.isEmpty }

  /// So many more times the values are to be read.
  var passesLeft: Int {
    queries.isEmpty ? 0 : (unknownBits + Self.digitBits - 1) / Self.digitBits
  }

  /// Bits that the present pass finds.
  private var bits: Int { min(Self.digitBits, unknownBits) }

  mutating func add(column: Int, rank: Int) {
    while ofColumn.count <= column { ofColumn.append([]) }
    ofColumn[column].append(queries.count)
    queries.append(Query(column: column, rank: rank))
    counts += Array(repeating: 0, count: Self.digits)
  }

  /// Takes a value of a column into account. Each pass must see the same ones.
  mutating func see(_ value: Double, column: Int) {
    let key = Self.key(value)
    let rest = key >> UInt64(unknownBits - bits)
    for query in ofColumn[column] where rest >> UInt64(bits) == queries[query].prefix {
      counts[query * Self.digits + Int(rest & (1 << UInt64(bits) - 1))] += 1
    }
  }

  /// Ends a pass.
  mutating func narrow() {
    for index in queries.indices {
      var digit = 0
      let first = index * Self.digits
      while digit < (1 << bits) - 1, queries[index].rank >= counts[first + digit] {
        queries[index].rank -= counts[first + digit]
        digit += 1
      }
      queries[index].prefix = queries[index].prefix << UInt64(bits) | UInt64(digit)
    }
    for index in counts.indices { counts[index] = 0 }
    unknownBits -= bits
  }

  /// The value that the `index`th query found.
  func result(_ index: Int) -> Double {
    let key = queries[index].prefix
    return Double(bitPattern: key >> 63 == 1 ? key ^ 1 << 63 : ~key)
  }

  /// Ordered as the values are.
  private static func key(_ value: Double) -> UInt64 {
    let bits = value.bitPattern
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
  }
}
