/// Turns the bytes of each word around.
func swapByteOrder(_ bytes: UnsafeMutableRawBufferPointer, wordBytes: Int) {
  func swap<Word: FixedWidthInteger>(_: Word.Type) {
    for offset in stride(from: 0, to: bytes.count, by: wordBytes) {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: Word.self)
      bytes.storeBytes(of: word.byteSwapped, toByteOffset: offset, as: Word.self)
    }
  }
  switch wordBytes {
  case 2: swap(UInt16.self)
  case 4: swap(UInt32.self)
  case 8: swap(UInt64.self)
  default: break
  }
}
