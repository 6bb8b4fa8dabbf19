/// The files that views show datasets of, and those that these show if they are views.
struct ViewedSources {
  /// What is behind a dataset: its files, and how many views, one shown by the other, lead to the
  /// last of them.
  private struct Behind {
    var paths: Set<String> = []
    var views = 0

    mutating func add(_ other: Behind) {
      paths.formUnion(other.paths)
      views = max(views, other.views)
    }
  }

  /// Of each dataset that was looked at, by its file and path.
  private var found: [[String]: Behind] = [:]
  /// Views that are being looked at, one shown by the other.
  private var depth = 0
  /// The library reads views through each other as well, and crashes where there is no end of them.
  private static let mostViews = 16

  /// The files of a view, each with the rows of the view that may lie there.
  mutating func files(of view: Dataset) throws(HDF5Error) -> [(path: String, rows: Range<Int>)] {
    try look(at: view).files
  }

  private mutating func look(
    at view: Dataset
  ) throws(HDF5Error) -> (files: [(path: String, rows: Range<Int>)], views: Int) {
    depth += 1
    defer { depth -= 1 }
    try checkDepth(behind: view, 0)
    let activity = view.activity("looking for the files with its data")
    let creation = try H5D.creation(view.handle, during: activity)
    let shape = try view.shape
    let all = 0..<(shape.first ?? 1)
    var files: [String: Range<Int>] = [:]
    var views = 0
    for index in 0..<(try H5P.viewedCount(creation, during: activity)) {
      let (file, dataset) = try H5P.viewed(creation, index, during: activity)
      let (found, blocks) = try H5P.viewedRows(creation, index, during: activity)
      let rows = found?.clamped(to: all) ?? all
      let parts = try parts(
        dataset, of: file, shownBy: view,
        rows: { block in
          guard let block, let blocks else { return rows }
          return blocks.rows(ofBlock: block, of: rows, shape)
        }, most: blocks?.most(in: shape) ?? rows.count)
      for (behind, rows) in parts {
        views = max(views, behind.views)
        for path in behind.paths {
          let known = files[path] ?? rows
          files[path] =
            min(known.lowerBound, rows.lowerBound)..<max(known.upperBound, rows.upperBound)
        }
      }
    }
    return (files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, views + 1)
  }

  private func checkDepth(behind view: Dataset, _ views: Int) throws(HDF5Error) {
    guard depth + views > Self.mostViews else { return }
    throw view.activity("looking for the files with its data").error(
      "shows itself, or views of views, more than \(Self.mostViews) of them")
  }

  /// What is behind a part of a view, each with the rows of the view that it is behind.
  ///
  /// - Parameters:
  ///   - dataset: a name, in which blocks may be numbered; `file` likewise.
  ///   - rows: those that a block is in, or nil, the whole part.
  ///   - most: no more blocks than this are looked for.
  private mutating func parts(
    _ dataset: String, of file: String, shownBy view: Dataset, rows: (_ block: Int?) -> Range<Int>,
    most: Int
  ) throws(HDF5Error) -> [(behind: Behind, rows: Range<Int>)] {
    let (fileName, datasetName) = (ViewedName(file), ViewedName(dataset))
    guard fileName.isNumbered || datasetName.isNumbered else {
      let name = (fileName.name(ofBlock: 0), datasetName.name(ofBlock: 0))
      if let behind = try behind(name.1, of: name.0, shownBy: view) { return [(behind, rows(nil))] }
      throw view.activity("looking for the files with its data").error(
        "shows \(dataset) of \(file), which cannot be found")
    }
    var all: [(Behind, Range<Int>)] = []
    // As the library does, which shows blocks up to the first that is not there.
    for block in 0..<most {
      guard
        let behind = try behind(
          datasetName.name(ofBlock: block), of: fileName.name(ofBlock: block), shownBy: view)
      else { break }
      all.append((behind, rows(block)))
    }
    return all
  }

  /// - Returns: what is behind a dataset; nil where there is no such file, or no such dataset in it.
  private mutating func behind(
    _ dataset: String, of file: String, shownBy view: Dataset
  ) throws(HDF5Error) -> Behind? {
    let activity = view.activity("looking for the files with its data")
    let own = try view.filePath
    guard let path = file == "." ? own : SourcePath.ofViewed(file, from: own) else { return nil }
    let key = [SourcePath.resolved(path), dataset]
    if let known = found[key] {
      try checkDepth(behind: view, known.views)
      return known
    }
    do throws(HDF5Error) {
      let source = try File(opening: path, allowing: view.file.permissions, asksGuard: false)
      if try source.kind(of: dataset) == nil { return nil }
      let shown = try source.dataset(dataset)
      if try shown.isStoredElsewhere {
        throw activity.error("has its data in other files, which are not read through a view")
      }
      // Behind a link to another file there is one more.
      var behind = Behind(paths: [path, try shown.filePath])
      if file == "." { behind.paths.remove(own) }
      if shown.layout == .virtual {
        let (files, views) = try look(at: shown)
        behind.add(Behind(paths: Set(files.map(\.path)), views: views))
      }
      found[key] = behind
    } catch {
      throw activity.error(
        "shows \(dataset) of \(path): \(error.problem)", libraryMessages: error.libraryMessages,
        forbidden: error.forbidden)
    }
    return found[key]
  }
}

/// Blocks without end along an axis of a view, as many of which are shown as there are sources.
struct EndlessBlocks {
  let axis: Int
  /// Where the first one starts, how far each is from the one before, and how much of the axis it has.
  let first: Int
  let stride: Int
  let count: Int

  /// How many begin in a view of this shape.
  func most(in shape: [Int]) -> Int {
    axis < shape.count && shape[axis] > first ? (shape[axis] - first - 1) / max(1, stride) + 1 : 0
  }

  /// The rows of one that begins in the view, which are `rows` where rows are not its axis.
  func rows(ofBlock block: Int, of rows: Range<Int>, _ shape: [Int]) -> Range<Int> {
    guard axis == 0 else { return rows }
    let start = first + block * stride
    return start..<start + min(count, shape[0] - start)
  }
}

/// A name in a view, in which `%b` stands for the number of a block, and `%%` for `%`.
private struct ViewedName {
  private var parts = [""]

  init(_ name: String) {
    var rest = Substring(name)
    while let character = rest.popFirst() {
      switch (character, rest.first) {
      case ("%", "b"):
        parts.append("")
        rest.removeFirst()
      case ("%", "%"):
        parts[parts.count - 1] += "%"
        rest.removeFirst()
      default: parts[parts.count - 1].append(character)
      }
    }
  }

  /// Whether it names one thing for each block.
  var isNumbered: Bool { parts.count > 1 }

  func name(ofBlock block: Int) -> String { parts.joined(separator: "\(block)") }
}
