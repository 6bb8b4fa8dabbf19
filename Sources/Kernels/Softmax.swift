/// softmax over each row of (rows, columns): eˣ / Σ eˣ, without overflow for any finite x.
package enum Softmax {
  /// values[r,·] = softmax(values[r,·]), in place.
  package static func forward(rows: Int, columns: Int, values: FloatView) {
    Reference.softmax(rows: rows, columns: columns, values: values)
  }

  /// gradient[r,c] = output[r,c] · (gradient[r,c] − Σ_j gradient[r,j]·output[r,j]), in place.
  package static func backward(rows: Int, columns: Int, output: FloatView, gradient: FloatView) {
    Reference.softmaxBackward(rows: rows, columns: columns, output: output, gradient: gradient)
  }

  /// values[r,·] = values[r,·] − log Σ e^values[r,·], in place.
  package static func logarithm(rows: Int, columns: Int, values: FloatView) {
    Reference.logSoftmax(rows: rows, columns: columns, values: values)
  }
}
