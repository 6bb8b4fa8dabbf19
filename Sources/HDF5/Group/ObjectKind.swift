/// What a name in a group stands for.
public enum ObjectKind: Sendable, Equatable, CustomStringConvertible {
  case group
  case dataset
  case namedType

  /// A soft link that leads to nothing that this file may lead to.
  case brokenLink

  /// A link to an object in another file, not followed.
  case externalLink

  case other

  public var description: String {
    switch self {
    case .group: "a group"
    case .dataset: "a dataset"
    case .namedType: "a named type"
    case .brokenLink: "a link to an object that does not exist"
    case .externalLink: "a link to another file"
    case .other: "an object of an unknown kind"
    }
  }
}
