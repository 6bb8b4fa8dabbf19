import Datasets
import Networks

/// Single steps as spans of time on threads, for `chrome://tracing` and Perfetto.
///
/// Source: the "Trace Event Format" of Chromium's documents, complete events (`ph` is `X`).
public struct StepTrace {
  private struct Event {
    var name: String
    var category: String
    var span: StepTimer.Span
  }

  private var events: [Event] = []

  mutating func add(
    _ spans: some Sequence<StepTimer.Span>, name: (Int) -> String, category: String
  ) {
    events += spans.map { Event(name: name($0.part), category: category, span: $0) }
  }

  public var eventCount: Int { events.count }

  /// Writes the trace as JSON; the file has its name only when it is complete.
  /// - Throws: `DatasetError` where it cannot be written.
  public func write(to path: String) throws {
    let file = try AtomicFile(target: path, replacingExisting: false)
    let start = events.map(\.span.start).min() ?? 0
    var threads: [UInt: Int] = [:]
    for event in events where threads[event.span.thread] == nil {
      threads[event.span.thread] = threads.count
    }
    try file.write("{\"traceEvents\": [\n")
    for number in threads.values.sorted() {
      try file.write(
        "{\"name\": \"thread_name\", \"ph\": \"M\", \"pid\": 1, \"tid\": \(number), "
          + "\"args\": {\"name\": \"\(number == 0 ? "trainer" : "worker \(number)")\"}},\n")
    }
    for (index, event) in events.enumerated() {
      let span = event.span
      try file.write(
        "{\"name\": \"\(event.name)\", \"cat\": \"\(event.category)\", \"ph\": \"X\", \"pid\": 1, "
          + "\"tid\": \(threads[span.thread]!), \"ts\": \(Double(span.start - start) / 1000), "
          + "\"dur\": \(Double(span.end - span.start) / 1000)}"
          + (index + 1 < events.count ? ",\n" : "\n"))
    }
    try file.write("]}\n")
    try file.commit()
  }
}
