import Testing

@testable import Kernels

/// Two digests at a time, against those that Python's hashlib gives.
@Suite struct SHA256PairTests {
  private static let hasInstructions = [UInt8(0)].withUnsafeBytes {
    SHA256Pair.digests(startingWith: 0, $0, $0) != nil
  }

  private func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private func digests(_ first: UInt8, _ one: [UInt8], _ other: [UInt8]) -> [String]? {
    one.withUnsafeBytes { one in
      other.withUnsafeBytes { SHA256Pair.digests(startingWith: first, one, $0) }
    }.map { [hex($0[..<32]), hex($0[32...])] }
  }

  /// The message is a byte longer than `count`: in the last block the length has no room from 56 bytes
  /// on.
  @Test(
    .enabled(if: Self.hasInstructions),
    arguments: [
      (
        1, "0a6361b3a802f55cd5ae06101c88a1e216320fe11cc0cfe1d791eed08a1200fd",
        "0a6361b3a802f55cd5ae06101c88a1e216320fe11cc0cfe1d791eed08a1200fd"
      ),
      (
        54, "8081a027a1c2ea1a1ed406d018cc8498a7c8493f4ccfd85f77c175f76d8c376f",
        "89663cbd3f42fa93f6d8a99da50d98f697bb9e653dbb666c9a21d290bfe8d8a1"
      ),
      (
        55, "80f48a8cee00519d93717a85c4fd4c249a49f5873551619c0c2ec308e76108ec",
        "8344085afcbd0c7662adfc967e32fbd18dbb61150b79aa4889feb5cdf7bde609"
      ),
      (
        62, "59878e4fe57ad8f43d799f0086c1694adcfec471f90b6545df6804ac7e228c53",
        "c7242bbfb612a8741a9020ee5b4f9d00367e2f2abb2713d78f265e89a870406d"
      ),
      (
        63, "f225b346c3d28c4eb0fbd4f8e32138649acdf8a0c5ccc67775b469bfbd538d49",
        "bfeffeb1872d697eb1c20962ef252ea3422095aef2545e29df9d8ae6b9fe3118"
      ),
      (
        64, "4027606f7210e63ab155bc8ecde4c65fff81c1d98f6afbeb68ec6cebeb643884",
        "fb11ba3f03d67955a24a96471bf0f2637c641d149012359580b889608c848298"
      ),
      (
        118, "dfb127045ffd9e07c304f7ecbde90ff2a8380dff2df0017aba3bc90f4dcbbbf1",
        "b996f79d0d05dc3ee4d870ed75967db651ddddb1a4ab5138d546f3014d95eacc"
      ),
      (
        119, "ccb5ba15f75e409c993aa18004bde876bacfe391707cb840d8e1a8e27059db63",
        "998a4bd642b74da12ae3d6b728ca17f2ea9104badb8d50d833478034a81246a3"
      ),
      (
        127, "72a747b0d20095ff4d83a47911205664dfc4d06338894300a51ad203cf554f7a",
        "7442ac419aec1ec918aafa2a5387a52df2b5ceef549da742b2ec341cb3b10cab"
      ),
      (
        131072, "01f9a6f8d7c40696a35fbec6efaa19d60db292b2e44f81f267db18aa46b3dea2",
        "228f81f4e1e0f2d7156e4cf3877b7da852d3980b9f74b0661036d5c470ec6732"
      ),
    ])
  func `digests are those of SHA-256`(count: Int, one: String, other: String) {
    let messages = [3, 5].map { factor in (0..<count).map { UInt8(truncatingIfNeeded: $0 * factor) }
    }
    #expect(digests(7, messages[0], messages[1]) == [one, other])
  }
}
