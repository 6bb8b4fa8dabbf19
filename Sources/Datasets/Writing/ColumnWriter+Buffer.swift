import Dispatch
import Glibc

extension ColumnWriter {
  /// Memory for rows. What is done to them is in `departure`.
  final class Buffer {
    /// A part of `pages`.
    private(set) var memory: UnsafeMutableRawBufferPointer
    private let pages: UnsafeMutableRawBufferPointer
    let departure = DispatchGroup()

    init(byteCount: Int) {
      let isLarge = byteCount >= Self.largePageBytes
      pages = .allocate(
        byteCount: byteCount + DirectWriter.pageBytes,
        alignment: isLarge ? Self.largePageBytes : DirectWriter.pageBytes)
      memory = UnsafeMutableRawBufferPointer(rebasing: pages[..<byteCount])
      // The system looks up each page that the disk takes from.
      if isLarge { madvise(pages.baseAddress, pages.count, MADV_HUGEPAGE) }
    }

    deinit { pages.deallocate() }

    private static let largePageBytes = 2 << 20

    /// Has the memory start so far behind the start of a page. What is in it is lost, unless it starts there
    /// already.
    func begin(inPageAt offset: Int) {
      memory = UnsafeMutableRawBufferPointer(rebasing: pages[offset..<offset + memory.count])
    }
  }

  /// What the columns of a file share, so that their chunks lie in it in one order.
  final class Threads: @unchecked Sendable {
    private let monitor = Monitor()
    private var first: DatasetError?
    let hashes = DispatchQueue(label: "hashes of rows")
    let chunks = DispatchQueue(label: "chunks of rows")
    let compressors = Compressors()

    /// The first thing that went wrong: what does so later is often but its consequence.
    var failure: DatasetError? { monitor.locked { first } }

    func fail(_ error: DatasetError) { monitor.locked { first = first ?? error } }
  }
}
