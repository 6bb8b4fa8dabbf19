import Testing

@testable import Training

@Suite struct TreeSumTests {
  @Test(arguments: [
    (1, "0"), (2, "(0+1)"), (3, "((0+1)+2)"), (4, "((0+1)+(2+3))"), (5, "(((0+1)+(2+3))+4)"),
    (7, "(((0+1)+(2+3))+((4+5)+6))"),
  ])
  func `values are added by pairs, then pairs of pairs`(count: Int, tree: String) {
    let add = { (left: String, right: String) in "(\(left)+\(right))" }
    #expect(treeSum(count, add) { String($0) } == tree)
  }
}
