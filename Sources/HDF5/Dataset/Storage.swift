import CHDF5

/// How a new dataset lies in its file.
public enum Storage: Sendable, Equatable {
  /// In one piece, given its place when it is first written.
  case contiguous

  /// In one piece, given its place at once and not filled: `Dataset.fileOffset` says where, and what
  /// is never written is undefined. For writing the elements without the library.
  case preallocated

  /// In chunks of this shape, each of which goes through the filters in order.
  case chunked([Int], filters: [Filter] = [])

  /// In chunks of this shape without filters, all given their places at once and not filled:
  /// `Dataset.chunkFileOffsets` says where, and what is never written is undefined. For writing the
  /// chunks without the library.
  case preallocatedChunks([Int])
}

/// How a dataset lies in its file.
public enum Layout: Sendable, Equatable {
  /// Inside the dataset's header.
  case compact
  case contiguous
  case chunked([Int])
  /// A view of other datasets.
  case virtual
}

/// A step that chunks go through between memory and file.
public enum Filter: Sendable, Equatable, CustomStringConvertible {
  /// Sorts the bytes of the elements by their place in the element: first all first bytes.
  case shuffle

  /// zlib's compression, level 0 to 9.
  case deflate(Int)

  /// A checksum after the data.
  case fletcher32

  /// Any other, by its registered number, with its name if the file has one, and its settings.
  case other(id: Int, name: String, values: [UInt32])

  public var description: String {
    switch self {
    case .shuffle: "shuffle"
    case .deflate(let level): "deflate(\(level))"
    case .fletcher32: "fletcher32"
    case .other(let id, let name, _): name.isEmpty ? "filter \(id)" : "\(name) (filter \(id))"
    }
  }
}

extension Filter {
  init(id: H5Z_filter_t, name: String, values: [UInt32]) {
    switch id {
    case H5Z_FILTER_SHUFFLE: self = .shuffle
    case H5Z_FILTER_DEFLATE: self = .deflate(Int(values.first ?? 0))
    case H5Z_FILTER_FLETCHER32: self = .fletcher32
    default: self = .other(id: Int(id), name: name, values: values)
    }
  }

  var id: H5Z_filter_t {
    switch self {
    case .shuffle: H5Z_FILTER_SHUFFLE
    case .deflate: H5Z_FILTER_DEFLATE
    case .fletcher32: H5Z_FILTER_FLETCHER32
    case .other(let id, _, _): H5Z_filter_t(id)
    }
  }
}

extension Storage {
  /// This storage as the library takes it, for a dataset of `shape`.
  func makeHandle(shape: [Int], elementBytes: Int, during activity: Activity) throws(HDF5Error)
    -> Handle
  {
    let creation = try H5P.create(chdf5_dataset_creation, during: activity)
    try H5P.setTimeless(creation, during: activity)
    switch self {
    case .contiguous: try H5P.setLayout(creation, H5D_CONTIGUOUS, during: activity)
    case .preallocated:
      try H5P.setLayout(creation, H5D_CONTIGUOUS, during: activity)
      try H5P.setAllocatedEarlyUnfilled(creation, during: activity)
    case .chunked(let chunk, let filters):
      try Self.setChunk(chunk, creation, shape: shape, elementBytes, during: activity)
      for filter in filters { try filter.add(to: creation, during: activity) }
    case .preallocatedChunks(let chunk):
      try Self.setChunk(chunk, creation, shape: shape, elementBytes, during: activity)
      try H5P.setAllocatedEarlyUnfilled(creation, during: activity)
    }
    return creation
  }

  private static func setChunk(
    _ chunk: [Int], _ creation: Handle, shape: [Int], _ elementBytes: Int, during activity: Activity
  ) throws(HDF5Error) {
    let product = checkedProduct(chunk + [elementBytes])
    guard chunk.count == shape.count, !shape.isEmpty, chunk.allSatisfy({ $0 >= 1 }),
      let product, product <= Int(UInt32.max)
    else {
      throw activity.error(
        "chunks of shape \(chunk) for a dataset of shape \(shape): as many axes, of at least 1 "
          + "each, and less than 4 GiB are needed")
    }
    try H5P.setChunk(creation, chunk.map { hsize_t($0) }, during: activity)
  }
}

extension Filter {
  fileprivate func add(to creation: Handle, during activity: Activity) throws(HDF5Error) {
    switch self {
    case .shuffle: try H5P.setShuffle(creation, during: activity)
    case .fletcher32: try H5P.setFletcher32(creation, during: activity)
    case .deflate(let level):
      guard (0...9).contains(level) else {
        throw activity.error("deflate level \(level); 0 to 9 was expected")
      }
      try H5P.setDeflate(creation, level: UInt32(level), during: activity)
    case .other:
      throw activity.error(
        "\(self): datasets are written with shuffle, deflate and fletcher32 only")
    }
  }
}
