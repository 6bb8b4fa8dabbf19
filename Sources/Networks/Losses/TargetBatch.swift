import Kernels

/// What the network's outputs should have been, for the rows at hand.
package enum TargetBatch {
  /// A class per row, counted from 0, each below the number of classes.
  case classes(UnsafeMutableBufferPointer<Int32>)
  /// (rows, outputs)
  case values(FloatView)
}

/// What targets a dataset has.
public enum TargetKind: Sendable, Equatable {
  /// One of this many classes per row.
  case classes(Int)
  /// This many numbers per row.
  case values(Int)
}
