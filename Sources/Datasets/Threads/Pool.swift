/// What is used again because it is costly to make, each by one thread at a time. Any thread may ask.
package final class Pool<Element>: @unchecked Sendable {
  private let monitor = Monitor()
  /// Touched only inside `monitor.locked`.
  private var idle: [Element] = []

  package init() {}

  /// One that nobody uses; nil when a new one has to be made.
  package func take() -> Element? { monitor.locked { idle.popLast() } }

  package func give(_ element: Element) { monitor.locked { idle.append(element) } }
}
