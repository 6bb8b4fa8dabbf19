/// The weights by which pixels of an image are added up to pixels of the result, along one axis.
package struct ResampleWeights: Equatable {
  /// The first pixel of the image for each of the result; they never fall.
  package let first: [Int32]
  /// How many weights each has; those that are not needed are 0.
  package let count: Int
  /// `count` for each pixel of the result.
  package let weights: [Float]

  package init(first: [Int32], count: Int, weights: [Float]) {
    precondition(count > 0 && weights.count == first.count * count, "as many weights for each")
    (self.first, self.count, self.weights) = (first, count, weights)
  }

  /// Pixels of the result.
  package var length: Int { first.count }

  /// Pixels of the image, from its first on, that hold all that any weight is for.
  var reach: Int { Int(first.last ?? 0) + count }

  /// So many pixels of the image, at most, are what four of the result are made of.
  var pixelsOfFour: Int {
    stride(from: 0, to: length, by: 4).reduce(count) {
      max($0, Int(first[min($1 + 3, length - 1)] - first[$1]) + count)
    }
  }
}
