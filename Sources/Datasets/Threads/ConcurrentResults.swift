import Dispatch

/// What `body` makes of each index below `count`, on all cores.
package func concurrentResults<Value: Sendable>(
  _ count: Int, _ body: @Sendable (Int) -> Value
) -> [Value] {
  [Value](unsafeUninitializedCapacity: count) { results, filled in
    nonisolated(unsafe) let results = results
    DispatchQueue.concurrentPerform(iterations: count) { index in
      (results.baseAddress! + index).initialize(to: body(index))
    }
    filled = count
  }
}
