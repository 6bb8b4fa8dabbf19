import HDF5

extension DatasetError {
  /// - Parameter file: the file's name for the user, where it was opened by another.
  init(_ error: HDF5Error, file: String? = nil) {
    let cause = error.libraryMessages.first.map { " (HDF5: \($0))" } ?? ""
    let isCall = error.problem.hasSuffix(" failed")
    let isFull = error.libraryMessages.contains { $0.contains("No space left on device") }
    self.init(
      file: file ?? error.file, dataset: error.object,
      problem: (isCall ? "\(error.problem) while \(error.operation)" : error.problem) + cause,
      remedy: isFull ? "free some space on the disk, or write elsewhere" : nil)
  }

  /// Runs `body` and turns the HDF5 module's errors into this module's.
  package static func converting<Result: ~Copyable>(
    file: String? = nil, _ body: () throws(HDF5Error) -> Result
  ) throws(DatasetError) -> Result {
    do {
      return try body()
    } catch {
      throw DatasetError(error, file: file)
    }
  }
}
