import Kernels
import Testing

@Suite struct CopyTests {
  @Test func `a copy past the caches copies every float and no other, wherever they lie`() {
    for count in [0, 1, 15, 16, 17, 100, 1000] {
      for (from, to) in [(0, 0), (1, 0), (0, 1), (3, 13)] {
        let source = Floats(random: count, offset: from)
        let target = Floats(zeros: count, offset: to)
        target.view.copy(pastCachesFrom: source.view)
        #expect(target.values == source.values)
        #expect(target.isIntact)
      }
    }
  }
}
