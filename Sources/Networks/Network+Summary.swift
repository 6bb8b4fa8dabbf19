extension Network {
  /// A table of the layers for people: what each is, the shape it puts out, its parameters.
  public var summary: String {
    var rows = [
      ["layer", "", "output", "parameters"], ["input", "", Sizes.text(shape: inputShape), ""],
    ]
    for (index, layer) in layers.enumerated() {
      let count = layer.parameters.reduce(0) { $0 + $1.count }
      rows.append([
        String(index), layer.summary, Sizes.text(shape: layer.outputShape),
        Sizes.text(count: count),
      ])
    }
    rows.append(["total", "", "", Sizes.text(count: layout.parameterCount)])
    let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 3 ? space + row[column] : row[column] + space
      }
      return cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
