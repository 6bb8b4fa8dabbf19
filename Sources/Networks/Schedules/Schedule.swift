import Glibc

/// How the learning rate goes over the steps of a run.
///
/// A schedule is a pure function of the step; nothing of it needs saving. The first `warmupSteps`
/// steps rise in a line to where the kind starts, and the kind then has the other steps for itself.
public struct Schedule: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// base
    case constant
    /// base · gamma^⌊step / every⌋
    case step(every: Int, gamma: Double = 0.1)
    /// base · gamma^step
    case exponential(gamma: Double)
    /// minimum + (base − minimum) · (1 + cos(π · step / steps)) / 2 (Loshchilov and Hutter 2017)
    case cosine(minimum: Double = 0)
    /// From base / divFactor up to base over the first `pctStart` of the steps, then down to
    /// base / divFactor / finalDivFactor, both along half a cosine (Smith and Topin 2018; PyTorch's
    /// `OneCycleLR` with `max_lr` = base).
    case oneCycle(pctStart: Double = 0.3, divFactor: Double = 25, finalDivFactor: Double = 1e4)
  }

  public var kind: Kind
  /// Of W warm-up steps, step s has (s + 1) / (W + 1) of the learning rate that the kind starts
  /// with: PyTorch's `LinearLR(start_factor=1/(W+1), total_iters=W)`.
  public var warmupSteps: Int

  public init(_ kind: Kind, warmupSteps: Int = 0) {
    self.kind = kind
    self.warmupSteps = warmupSteps
  }

  /// - Parameters:
  ///   - step: counted from 0. Beyond `totalSteps` the final value stays.
  ///   - totalSteps: the steps that the run was planned for, warm-up included.
  ///   - base: the run's learning rate.
  public func learningRate(step: Int, totalSteps: Int, base: Double) -> Double {
    let planned = max(0, min(step, totalSteps))
    let warmup = max(0, warmupSteps)
    let steps = max(1, totalSteps - min(warmup, totalSteps))
    guard planned < warmup else { return rate(step: planned - warmup, of: steps, base: base) }
    return rate(step: 0, of: steps, base: base) * Double(planned + 1) / (Double(warmup) + 1)
  }

  private func rate(step: Int, of steps: Int, base: Double) -> Double {
    switch kind {
    case .constant:
      return base
    case .step(let every, let gamma):
      return base * pow(gamma, Double(step / max(1, every)))
    case .exponential(let gamma):
      return base * pow(gamma, Double(step))
    case .cosine(let minimum):
      return Self.anneal(from: base, to: minimum, Double(step) / Double(steps))
    case .oneCycle(let pctStart, let divFactor, let finalDivFactor):
      let step = min(step, steps - 1)
      let start = base / divFactor
      let top = pctStart * Double(steps) - 1
      if Double(step) <= top {
        return Self.anneal(from: start, to: base, top > 0 ? Double(step) / top : 1)
      }
      let down = Double(steps - 1) - top
      return Self.anneal(
        from: base, to: start / finalDivFactor, down > 0 ? (Double(step) - top) / down : 1)
    }
  }

  /// Half a cosine from `start` at 0 to `end` at 1.
  private static func anneal(from start: Double, to end: Double, _ progress: Double) -> Double {
    end + (start - end) / 2 * (1 + cos(.pi * min(max(progress, 0), 1)))
  }
}
