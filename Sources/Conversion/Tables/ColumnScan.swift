import Kernels

/// What the fields of a column are like, in a block of a table or in all of it.
struct ColumnScan: Sendable {
  /// How much is found out.
  struct Wishes: Sendable {
    /// Fields are words, also those that look like numbers.
    var isCategorical = false
    /// Different numbers are counted, up to so many.
    var numbers = 0
  }

  /// So many different words are kept: more are no categories.
  static let mostWords = 1000
  /// Where the user says that words are categories.
  static let mostCategories = 100_000
  static let mostWordBytes = 1000
  /// Integers up to here are exact in a double.
  static let exact = 0x1p53

  let wishes: Wishes
  var missing = 0
  var words: [String: Int] = [:]
  /// Fields that are words, and whether `words` has all of them.
  var wordCount = 0
  var hasAllWords = true
  var numbers = Moments()
  var least = Double.infinity
  var greatest = -Double.infinity
  var isInteger = true
  var fitsFloat = true
  /// Infinite, or beyond a float's range.
  var nonFinite = 0
  var differentNumbers: Set<Double> = []
  var recent = (Double.nan, Double.nan)
  /// A number of the column, and how often it is there, at least: if one is nearly all of them,
  /// that one.
  var common = 0.0
  var commonCount = 0

  init(_ wishes: Wishes) { self.wishes = wishes }

  var values: Int { numbers.count + wordCount }

  @inline(__always)
  mutating func add(_ value: Double) {
    guard abs(value) <= Self.greatestFloat else {
      if value.isNaN { missing += 1 } else { nonFinite += 1 }
      return
    }
    if numbers.count == 0 { common = value }
    commonCount += value == common ? 1 : 0
    numbers.add(value)
    least = value < least ? value : least
    greatest = value > greatest ? value : greatest
    addKind(value)
  }

  @inline(__always)
  private mutating func addKind(_ value: Double) {
    isInteger = isInteger && abs(value) < 0x1p63 && Double(Int(value)) == value
    fitsFloat = fitsFloat && Double(Float(value)) == value
    if differentNumbers.count < wishes.numbers { addDifferent(value) }
  }

  /// Hands what is known of the numbers to `sums`, to which others are added.
  func load(into sums: inout ColumnSums, column: Int) {
    numbers.load(into: &sums, column: column)
    sums[.least, column] = least
    sums[.greatest, column] = greatest
    sums[.common, column] = common
    sums[.commonCount, column] = Double(commonCount)
  }

  /// Takes numbers that were added to `sums` after `load`.
  ///
  /// - Parameters:
  ///   - values: the first of these numbers, each `sums.width` behind the one before it.
  ///   - count: how many they are.
  mutating func take(
    _ sums: ColumnSums, column: Int, _ values: UnsafePointer<Double>, count: Int
  ) {
    numbers.take(sums, column: column, count: count)
    least = sums[.least, column]
    greatest = sums[.greatest, column]
    commonCount = Int(sums[.commonCount, column])
    guard isInteger || fitsFloat || wishes.numbers > 0 else { return }
    for row in 0..<count { addKind(values[row * sums.width]) }
  }

  /// Most numbers of a class are one of the last two.
  private mutating func addDifferent(_ value: Double) {
    if value == recent.0 || value == recent.1 { return }
    recent = (value, recent.0)
    differentNumbers.insert(value)
  }

  /// Doubles from here on round to an infinite float.
  static let greatestFloat = Double(bitPattern: 0x47EF_FFFF_EFFF_FFFF)

  mutating func addMissing(_ count: Int = 1) { missing += count }

  mutating func add(word: String, count: Int = 1) {
    wordCount += count
    let limit = wishes.isCategorical ? Self.mostCategories : Self.mostWords
    if let known = words[word] {
      words[word] = known + count
    } else if words.count < limit, word.utf8.count <= Self.mostWordBytes {
      words[word] = count
    } else {
      hasAllWords = false
    }
  }

  /// Adds what was found in the fields that follow.
  mutating func add(_ other: ColumnScan) {
    missing += other.missing
    for (word, count) in other.words.sorted(by: { $0.key < $1.key }) {
      add(word: word, count: count)
    }
    wordCount += other.wordCount - other.words.values.reduce(0, +)
    hasAllWords = hasAllWords && other.hasAllWords
    if numbers.count > 0, common == other.common {
      commonCount += other.commonCount
    } else if other.commonCount > commonCount {
      (common, commonCount) = (other.common, other.commonCount)
    }
    numbers.add(other.numbers)
    least = min(least, other.least)
    greatest = max(greatest, other.greatest)
    isInteger = isInteger && other.isInteger
    fitsFloat = fitsFloat && other.fitsFloat
    nonFinite += other.nonFinite
    for number in other.differentNumbers where differentNumbers.count < wishes.numbers {
      differentNumbers.insert(number)
    }
  }
}

/// Count, mean and spread of numbers, added up in one pass around a pivot so that little is lost.
struct Moments: Sendable, Equatable {
  var count = 0
  var pivot = 0.0
  var sum = 0.0
  var squares = 0.0

  init() {}

  init(count: Int, pivot: Double, sum: Double, squares: Double) {
    (self.count, self.pivot, self.sum, self.squares) = (count, pivot, sum, squares)
  }

  var mean: Double { count == 0 ? 0 : pivot + sum / Double(count) }

  /// The population's.
  var variance: Double {
    count == 0 ? 0 : max(0, (squares - sum * sum / Double(count)) / Double(count))
  }

  @inline(__always)
  mutating func add(_ value: Double) {
    if count == 0 { pivot = value }
    count += 1
    let difference = value - pivot
    sum += difference
    squares += difference * difference
  }

  func load(into sums: inout ColumnSums, column: Int) {
    sums[.pivot, column] = pivot
    sums[.sum, column] = sum
    sums[.squares, column] = squares
  }

  /// Takes `count` numbers that were added to `sums` after `load`.
  mutating func take(_ sums: ColumnSums, column: Int, count: Int) {
    self.count += count
    sum = sums[.sum, column]
    squares = sums[.squares, column]
  }

  /// Adds other numbers; the same, whatever pivots they were added around (Chan et al. 1979).
  mutating func add(_ other: Moments) {
    guard other.count > 0 else { return }
    guard count > 0 else {
      self = other
      return
    }
    let (own, others) = (Double(count), Double(other.count))
    let difference = other.mean - mean
    let total = own + others
    let spread =
      variance * own + other.variance * others + difference * difference * own * others / total
    let mean = mean + difference * others / total
    count += other.count
    // Around the new mean the sum of differences is 0.
    (pivot, sum, squares) = (mean, 0, spread)
  }

  /// Adds one number several times.
  mutating func add(_ value: Double, times: Int) {
    guard times > 0 else { return }
    var others = Moments()
    others.count = times
    others.pivot = value
    add(others)
  }
}
