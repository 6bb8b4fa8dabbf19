import Kernels
import Testing

@Suite struct RandomTests {
  @Test func `Philox gives the known answers of Random123`() {
    #expect(
      Philox(key: 0).block(SIMD4(0, 0, 0, 0))
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      Philox(key: .max).block(SIMD4(.max, .max, .max, .max))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox(key: 0x299f_31d0_a409_3822).block(
        SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func `a stream is the generator's blocks in order`() {
    var stream = RandomStream(seed: 77, purpose: .dropout, index: 5, a: 6, b: 7)
    for block in 0..<100 {
      let words = Philox(key: 77).block(SIMD4(UInt32(block), 6, 7, 3 << 24 | 5))
      for word in 0..<4 { #expect(stream.next() == words[word]) }
    }
  }

  @Test func `streams repeat, and differ by seed, purpose and address`() {
    func words(_ stream: RandomStream) -> [UInt32] {
      var stream = stream
      return (0..<9).map { _ in stream.next() }
    }
    let streams = [
      RandomStream(seed: 1, purpose: .shuffling), RandomStream(seed: 2, purpose: .shuffling),
      RandomStream(seed: 1, purpose: .initialization),
      RandomStream(seed: 1, purpose: .shuffling, index: 1),
      RandomStream(seed: 1, purpose: .shuffling, a: 1),
      RandomStream(seed: 1, purpose: .shuffling, b: 1),
      RandomStream(seed: 1 << 32, purpose: .shuffling),
    ]
    #expect(streams.map(words) == streams.map(words))
    #expect(Set(streams.map(words)).count == streams.count)
  }

  @Test func `uniform and normal numbers have their moments and ranges`() {
    let count = 20000
    let uniform = Floats(zeros: count)
    let normal = Floats(zeros: count)
    var stream = RandomStream(seed: 5, purpose: .initialization)
    stream.fillUniform(low: -2, high: 3, into: uniform.view)
    stream.fillNormal(mean: 1, deviation: 0.5, into: normal.view)
    func moments(_ x: [Float]) -> (mean: Float, deviation: Float) {
      let mean = x.reduce(0, +) / Float(x.count)
      let square = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(x.count)
      return (mean, square.squareRoot())
    }
    #expect(uniform.values.allSatisfy { $0 >= -2 && $0 < 3 })
    #expect(abs(moments(uniform.values).mean - 0.5) < 0.05)
    #expect(abs(moments(uniform.values).deviation - 1.4434) < 0.03)
    #expect(abs(moments(normal.values).mean - 1) < 0.02)
    #expect(abs(moments(normal.values).deviation - 0.5) < 0.015)
  }

  @Test func `passing over words is the same as taking them`() {
    for taken in [0, 1, 63, 64] {
      for skipped in [0, 1, 5, 63, 64, 65, 128, 1000] {
        var (fast, slow) = (
          RandomStream(seed: 7, purpose: .initialization, index: 3),
          RandomStream(seed: 7, purpose: .initialization, index: 3)
        )
        for _ in 0..<taken { #expect(fast.next() == slow.next()) }
        fast.skip(skipped)
        for _ in 0..<skipped { _ = slow.next() }
        for _ in 0..<130 { #expect(fast.next() == slow.next()) }
      }
    }
  }

  @Test func `filling with uniform numbers is drawing them one by one`() {
    for (taken, count) in [(0, 0), (0, 1), (0, 200), (5, 59), (5, 60), (64, 1000)] {
      var (filling, drawing) = (
        RandomStream(seed: 8, purpose: .initialization),
        RandomStream(seed: 8, purpose: .initialization)
      )
      filling.skip(taken)
      drawing.skip(taken)
      let values = Floats(zeros: count)
      filling.fillUniform(low: -0.25, high: 0.75, into: values.view)
      #expect(
        values.bits == (0..<count).map { _ in (-0.25 + 1 * drawing.uniform()).bitPattern })
      #expect(values.isIntact)
      #expect(filling.next() == drawing.next())
    }
  }

  @Test func `bounded integers reach every value about equally often`() {
    var stream = RandomStream(seed: 3, purpose: .shuffling)
    var counts = Array(repeating: 0, count: 7)
    for _ in 0..<14000 { counts[stream.below(7)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 2000) < 200 })
    #expect((0..<100).allSatisfy { _ in stream.below(1) == 0 })
    #expect(stream.below(.max) < .max)
  }

  @Test(arguments: sets)
  func `dropout masks are the reference's, bit for bit`(set: InstructionSet) {
    for columns in sizes + [129] {
      for rate in [Float(0), 0.25, 0.5, 0.9] {
        let (fast, naive) = (Floats(zeros: 3 * columns, offset: 1), Floats(zeros: 3 * columns))
        Dropout.mask(
          seed: 9, step: 1 << 33 + 5, layer: 2, firstSample: 7, rows: 3, columns: columns,
          rate: rate, into: fast.view, with: set)
        Reference.dropoutMask(
          seed: 9, step: 1 << 33 + 5, layer: 2, firstSample: 7, rows: 3, columns: columns,
          rate: rate, into: naive.view)
        #expect(fast.bits == naive.bits && fast.isIntact)
      }
    }
  }

  @Test func `a sample's dropout mask does not depend on the cut into shards`() {
    let (whole, parts) = (Floats(zeros: 8 * 37), Floats(zeros: 8 * 37))
    func mask(_ first: Int, _ rows: Int, _ out: FloatView) {
      Dropout.mask(
        seed: 1, step: 4, layer: 1, firstSample: first, rows: rows, columns: 37, rate: 0.4,
        into: out)
    }
    mask(0, 8, whole.view)
    mask(0, 3, parts.view.prefix(3 * 37))
    mask(3, 5, parts.view.slice(3 * 37..<8 * 37))
    #expect(whole.bits == parts.bits)
    let dropped = whole.values.count { $0 == 0 }
    #expect(abs(Double(dropped) / (8 * 37) - 0.4) < 0.1)
  }
}
