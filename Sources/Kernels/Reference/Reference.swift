/// The naive twin of each fast kernel: plain loops with double-precision sums.
///
/// Tests compare with it, and so does the self-test at start-up. Not for use in training: it is
/// slow, and its last bits differ.
package enum Reference {}
