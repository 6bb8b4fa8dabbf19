import HDF5
import Kernels

extension ElementCode {
  /// The kernels' word for a stored type.
  package init(_ type: ElementType) {
    self =
      switch type {
      case .int8: .int8
      case .int16: .int16
      case .int32: .int32
      case .int64: .int64
      case .uint8: .uint8
      case .uint16: .uint16
      case .uint32: .uint32
      case .uint64: .uint64
      case .float16: .float16
      case .float32: .float32
      case .float64: .float64
      }
  }
}
