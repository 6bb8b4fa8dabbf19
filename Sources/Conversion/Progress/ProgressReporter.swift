/// What the parts of a conversion tell how far they are.
///
/// It may be handed to any thread, and called on the one only that the conversion was called on.
final class ProgressReporter: @unchecked Sendable {
  private let take: (ConversionProgress) -> Void

  init(_ take: @escaping (ConversionProgress) -> Void = { _ in }) {
    self.take = take
  }

  func report(_ progress: ConversionProgress) { take(progress) }
}
