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

  @Test func `numbers are zero when all their bits are`() {
    #expect(Floats(zeros: 0).view.isZero)
    for count in [1, 2, 100] {
      let floats = Floats(zeros: count, offset: 3)
      #expect(floats.view.isZero)
      for index in [0, count / 2, count - 1] {
        floats.view.base[index] = -0.0
        #expect(!floats.view.isZero)
        floats.view.base[index] = 0
      }
    }
  }
}
