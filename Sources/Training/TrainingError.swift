/// Why a run could not be planned, or had to stop.
public enum TrainingError: Error, CustomStringConvertible, Equatable {
  /// The configuration and the data do not fit each other.
  case unfit(setting: String, problem: String)
  /// The loss of a step is infinite or not a number.
  case lossNotFinite(step: Int, epoch: Int)
  /// A step's gradient is infinite or not a number, or its norm is beyond single precision.
  case gradientNotFinite(step: Int)
  /// A checkpoint cannot be used.
  case checkpoint(path: String, problem: String)
  /// A run directory cannot be used.
  case runDirectory(path: String, problem: String)

  public var description: String {
    switch self {
    case .unfit(let setting, let problem):
      "\(setting): \(problem)"
    case .lossNotFinite(let step, let epoch):
      "the loss is not finite at step \(step) (epoch \(epoch)); nothing was updated by this step. "
        + Self.remedy
    case .gradientNotFinite(let step):
      "the gradient is not finite at step \(step). " + Self.remedy
    case .checkpoint(let path, let problem):
      "\(path): \(problem)"
    case .runDirectory(let path, let problem):
      "\(path): \(problem)"
    }
  }

  private static let remedy =
    "The last checkpoint is good. A smaller learning rate, clipping by norm or normalised "
    + "features usually help"
}
