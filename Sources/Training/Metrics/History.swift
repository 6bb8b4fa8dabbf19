import Settings

/// What each epoch of a run came to, and the same as JSON, which grows with it: every checkpoint has
/// it in writing, those of long runs of short epochs too.
public struct History: Sendable {
  public private(set) var epochs: [EpochReport] = []
  private var lines = ""

  init(_ epochs: [EpochReport] = []) {
    for epoch in epochs { append(epoch) }
  }

  mutating func append(_ epoch: EpochReport) {
    if !epochs.isEmpty { lines += ",\n" }
    lines += epoch.settings.json()
    epochs.append(epoch)
  }

  /// An array with a line for each epoch.
  var json: String { "[\n" + lines + "\n]" }
}
