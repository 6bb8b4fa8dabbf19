import CKernels

/// softmax over each row of (rows, columns): eˣ / Σ eˣ, without overflow for any finite x.
package enum Softmax {
  /// values[r,·] = softmax(values[r,·]), in place.
  package static func forward(
    rows: Int, columns: Int, values: FloatView, with set: InstructionSet = .current
  ) {
    precondition(values.count >= rows * columns, "fewer values than rows × columns")
    set.loops.pointee.softmax(rows, columns, values.base)
  }

  /// gradient[r,c] = output[r,c] · (gradient[r,c] − Σ_j gradient[r,j]·output[r,j]), in place.
  package static func backward(
    rows: Int, columns: Int, output: FloatView, gradient: FloatView,
    with set: InstructionSet = .current
  ) {
    let count = rows * columns
    precondition(output.count >= count && gradient.count >= count, "too few values")
    set.loops.pointee.softmax_backward(rows, columns, output.base, gradient.base)
  }

  /// values[r,·] = values[r,·] − log Σ e^values[r,·], in place.
  package static func logarithm(
    rows: Int, columns: Int, values: FloatView, with set: InstructionSet = .current
  ) {
    precondition(values.count >= rows * columns, "fewer values than rows × columns")
    set.loops.pointee.log_softmax(rows, columns, values.base)
  }
}
