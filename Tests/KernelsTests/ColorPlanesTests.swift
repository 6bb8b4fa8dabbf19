import Kernels
import Testing

@Suite struct ColorPlanesTests {
  @Test(arguments: sets, ColorPlanes.Sampling.allCases)
  func `colours are those of the reference`(set: InstructionSet, sampling: ColorPlanes.Sampling) {
    for (width, height) in [
      (1, 1), (2, 3), (5, 4), (31, 2), (32, 5), (33, 6), (63, 1), (64, 7), (65, 2), (224, 4),
    ] {
      let bytes = ColorPlanes.scratchBytes(width: width, height: height, sampling: sampling)
      let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 1)
      defer { scratch.deallocate() }
      // Of the largest and the smallest values more than chance would give.
      var random = RandomStream(seed: UInt64(width), purpose: .selection)
      for index in scratch.indices {
        let word = random.next()
        scratch[index] = word & 0x300 == 0 ? (word & 1 == 0 ? 0 : 255) : UInt8(word & 255)
      }
      let image = ColorPlanes(width: width, height: height, sampling: sampling, scratch: scratch)
      for form in ColorPlanes.Form.allCases {
        let count = form.bytesPerPixel * width * height
        // What is behind the image stays as it is.
        var fast = [UInt8](repeating: 7, count: count + 64)
        var naive = fast
        naive.withUnsafeMutableBufferPointer { Reference.convert(image, to: form, into: $0) }
        fast.withUnsafeMutableBufferPointer { image.convert(to: form, into: $0, with: set) }
        #expect(fast == naive, "\(width)×\(height) \(form)")
      }
    }
  }

  @Test(arguments: sets)
  func `every chroma there is gives the colours of the reference`(set: InstructionSet) {
    let bytes = ColorPlanes.scratchBytes(width: 256, height: 256, sampling: .each)
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
    defer { scratch.deallocate() }
    let image = ColorPlanes(width: 256, height: 256, sampling: .each, scratch: scratch)
    for luma in [0, 1, 77, 128, 254, 255] as [UInt8] {
      for row in 0..<256 {
        for column in 0..<256 {
          let values = [luma, UInt8(row), UInt8(column)]
          for (plane, value) in zip(image.planes, values) { plane[row * 256 + column] = value }
        }
      }
      var fast = [UInt8](repeating: 7, count: 3 << 16)
      var naive = fast
      naive.withUnsafeMutableBufferPointer { Reference.convert(image, to: .planes, into: $0) }
      fast.withUnsafeMutableBufferPointer { image.convert(to: .planes, into: $0, with: set) }
      #expect(fast == naive, "luma \(luma)")
    }
  }
}
