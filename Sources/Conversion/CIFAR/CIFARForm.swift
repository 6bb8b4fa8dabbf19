/// What the rows of CIFAR's binary files are made of: one or two bytes of labels, then 3072 of an
/// image, (3, 32, 32). There is nothing before, between or behind them.
struct CIFARForm {
  let name: String
  /// What a row's labels are called, each a byte, and how many classes there are.
  let labels: [Label]
  let classNames: [String]?

  struct Label {
    let name: String
    let classes: Int
  }

  static let ten = CIFARForm(
    name: "CIFAR-10", labels: [Label(name: "label", classes: 10)],
    classNames: [
      "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ])
  static let hundred = CIFARForm(
    name: "CIFAR-100",
    labels: [Label(name: "coarse", classes: 20), Label(name: "fine", classes: 100)], classNames: nil
  )

  static let imageShape = [3, 32, 32]
  static let imageBytes = 3072

  var rowBytes: Int { labels.count + Self.imageBytes }

  /// The form of a file that could be one of these: nothing in it says so but its labels and length.
  ///
  /// - Parameters:
  ///   - start: the first bytes, decompressed.
  ///   - size: the file's length, where that is known.
  static func recognize(_ start: [UInt8], size: Int?) -> CIFARForm? {
    [ten, hundred].first { form in
      start.count >= form.rowBytes && (size ?? 0).isMultiple(of: form.rowBytes)
        && stride(from: 0, to: start.count - form.labels.count, by: form.rowBytes).allSatisfy {
          zip(start[$0...], form.labels).allSatisfy { $0 < $1.classes }
        }
    }
  }
}
