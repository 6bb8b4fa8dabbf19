/// How an image is brought to the size of all.
public enum ImageFit: String, Sendable, CaseIterable {
  /// Its middle, as much of it as has the wanted shape.
  case crop
  /// All of it, with black at two sides.
  case pad
  /// All of it, whatever becomes of its shape.
  case stretch
}

/// Pixels of an image.
public struct ImageSize: Sendable, Equatable {
  public var width: Int
  public var height: Int

  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// - Parameter text: such as 224x224, the width first.
  public init?(_ text: String) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1],
      (1...1 << 13).contains(width),
      (1...1 << 13).contains(height)
    else { return nil }
    self.init(width: width, height: height)
  }

  var pixels: Int { width * height }
  var words: String { "\(width)×\(height)" }
}

/// Which part of an image goes to which part of the result, along one axis.
struct ImageSpan: Equatable {
  /// In the image, in pixels; may lie between two of them.
  var source: (start: Double, length: Double)
  /// In the result.
  var target: Range<Int>

  static func == (first: ImageSpan, second: ImageSpan) -> Bool {
    first.source == second.source && first.target == second.target
  }
}

extension ImageFit {
  /// What goes where, along both axes.
  func spans(from image: ImageSize, to size: ImageSize) -> (x: ImageSpan, y: ImageSpan) {
    let (width, height) = (Double(image.width), Double(image.height))
    var source = (width: width, height: height)
    var target = size
    let scales = (x: Double(size.width) / width, y: Double(size.height) / height)
    switch self {
    case .stretch: break
    case .crop:
      let scale = max(scales.x, scales.y)
      source = (min(width, Double(size.width) / scale), min(height, Double(size.height) / scale))
    case .pad:
      let scale = min(scales.x, scales.y)
      target.width = min(size.width, max(1, Int((width * scale).rounded())))
      target.height = min(size.height, max(1, Int((height * scale).rounded())))
    }
    func span(_ all: Double, _ length: Double, _ room: Int, _ taken: Int) -> ImageSpan {
      let first = (room - taken) / 2
      return ImageSpan(source: ((all - length) / 2, length), target: first..<first + taken)
    }
    return (
      span(width, source.width, size.width, target.width),
      span(height, source.height, size.height, target.height)
    )
  }
}
