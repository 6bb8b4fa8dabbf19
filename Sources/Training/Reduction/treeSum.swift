/// The sum of `values` over the fixed pairwise tree: neighbours first, then pairs of pairs.
///
/// `((0 + 1) + (2 + 3)) + ((4 + 5) + …)`; a value without a partner moves up as it is. The tree
/// depends on the number of values alone, so the bits of the sum do too. The same tree adds the
/// replicas' gradients (`Kernels.Reduction`).
func treeSum<Value>(_ count: Int, _ add: (Value, Value) -> Value, _ value: (Int) -> Value) -> Value
{
  func sum(_ range: Range<Int>) -> Value {
    if range.count == 1 { return value(range.lowerBound) }
    var half = 1
    while half * 2 < range.count { half *= 2 }
    let middle = range.lowerBound + half
    return add(sum(range.lowerBound..<middle), sum(middle..<range.upperBound))
  }
  return sum(0..<count)
}
