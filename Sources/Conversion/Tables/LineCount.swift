import Datasets
import Dispatch
import Glibc
import Synchronization

/// Counts the records of a table without quotes, which are its lines that are not empty, a piece of
/// the file on each core.
struct LineCount: Sendable {
  /// Bytes that are read at once.
  var pieceBytes = 1 << 20

  /// - Parameter start: where the records start.
  /// - Returns: nil for a table with quotes, whose records may have line ends in them, and for a
  ///   compressed one, which is read front to back only.
  func records(
    of source: SourceFile, from start: Int, reportingTo pass: PassProgress
  ) throws(ConversionError) -> Int? {
    guard source.compression == .none, !source.isFolder else { return nil }
    let file = try source.openAnywhere()
    let pieces = stride(from: start, to: file.size, by: pieceBytes).map {
      $0..<min($0 + pieceBytes, file.size)
    }
    let scratch = ScratchPool()
    let quotes = Quotes()
    pass.begin(source.path)
    let counts = pass.concurrentResults(pieces.count, amount: file.size) {
      index -> Result<Int?, ConversionError> in
      if quotes.wereFound.load(ordering: .relaxed) { return .success(nil) }
      // What comes before says whether the first line end ends an empty line.
      let before = min(2, pieces[index].lowerBound - start)
      let count = before + pieces[index].count
      let memory = scratch.take(count)
      defer { scratch.give(memory) }
      let bytes = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
      do throws(ConversionError) {
        try file.read(into: bytes, at: pieces[index].lowerBound - before)
      } catch {
        return .failure(error)
      }
      let isLast = index == pieces.count - 1
      let lines = Self.lines(UnsafeRawBufferPointer(bytes), from: before, isLast: isLast)
      if lines == nil { quotes.wereFound.store(true, ordering: .relaxed) }
      return .success(lines)
    }
    var sum = 0
    for count in counts {
      guard let count = try count.get() else { return nil }
      sum += count
    }
    pass.end(at: file.size)
    return sum
  }

  private final class Quotes: Sendable {
    let wereFound = Atomic<Bool>(false)
  }

  /// Lines that end in a piece and are not empty; with what is left at the end of the last piece.
  /// - Parameter first: where the piece starts, behind the bytes before it, if there are any.
  private static func lines(
    _ piece: UnsafeRawBufferPointer, from first: Int, isLast: Bool
  ) -> Int? {
    let bytes = piece.assumingMemoryBound(to: UInt8.self)
    guard let start = bytes.baseAddress,
      memchr(start + first, Int32(TableDialect.quote), bytes.count - first) == nil
    else { return nil }
    let (lineEnd, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    func startsLine(_ place: Int) -> Bool { place <= 0 || bytes[place - 1] == lineEnd }
    var count = 0
    var place = first
    while let found = memchr(start + place, Int32(lineEnd), bytes.count - place) {
      let end = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - start
      let isEmpty =
        startsLine(end) || (bytes[end - 1] == carriageReturn && startsLine(end - 1))
      if !isEmpty { count += 1 }
      place = end + 1
    }
    return count + (isLast && !startsLine(bytes.count) ? 1 : 0)
  }
}
