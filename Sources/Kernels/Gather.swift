import CKernels

/// The type of the numbers in a resident buffer, in the machine's byte order.
package enum ElementCode: CaseIterable, Sendable {
  case uint8
  case int8
  case uint16
  case int16
  case uint32
  case int32
  case uint64
  case int64
  case float16
  case float32
  case float64

  package var byteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .uint16, .int16, .float16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }
}

/// Copies rows by index out of a typed buffer, as normalised floats.
package enum Gather {
  /// A value v becomes v·scale + shift.
  package enum ScaleShift {
    case none
    case uniform(scale: Float, shift: Float)
    /// One scale and one shift per column.
    case perFeature(scale: FloatView, shift: FloatView)
  }

  /// out[r,c] = Float(base[indices[r], c])·scale + shift; out is (indices.count, rowWidth).
  ///
  /// - Parameter base: rows of `rowWidth` numbers, one after another; needs no alignment.
  /// - Precondition: every index is a row of the buffer: this cannot be checked here.
  package static func rows(
    from base: UnsafeRawPointer, type: ElementCode, rowWidth: Int,
    indices: UnsafeBufferPointer<Int32>, scale: ScaleShift, into out: FloatView,
    with set: InstructionSet = .current
  ) {
    precondition(out.count >= indices.count * rowWidth, "no room for the rows")
    guard let first = indices.baseAddress else { return }
    var job = kernel_gather(
      base: base, type: type.code, width: rowWidth, scale: 1, shift: 0, scales: nil, shifts: nil,
      plain: false)
    switch scale {
    case .none:
      job.plain = true
    case .uniform(let scale, let shift):
      job.scale = scale
      job.shift = shift
    case .perFeature(let scale, let shift):
      precondition(scale.count >= rowWidth && shift.count >= rowWidth, "a scale per column")
      job.scales = UnsafePointer(scale.base)
      job.shifts = UnsafePointer(shift.base)
    }
    set.loops.pointee.gather(&job, first, indices.count, out.base)
  }
}

extension ElementCode {
  fileprivate var code: kernel_element {
    switch self {
    case .uint8: KERNEL_UINT8
    case .int8: KERNEL_INT8
    case .uint16: KERNEL_UINT16
    case .int16: KERNEL_INT16
    case .uint32: KERNEL_UINT32
    case .int32: KERNEL_INT32
    case .uint64: KERNEL_UINT64
    case .int64: KERNEL_INT64
    case .float16: KERNEL_FLOAT16
    case .float32: KERNEL_FLOAT32
    case .float64: KERNEL_FLOAT64
    }
  }
}
