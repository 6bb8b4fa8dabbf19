import Kernels
import Settings
import Testing

@testable import Networks

@Suite struct OptimizerSettingsTests {
  @Test(arguments: [
    Optimizer.sgd(), .sgd(momentum: 0.9, dampening: 0.5), .sgd(momentum: 0.9, nesterov: true),
    .rmsprop(), .rmsprop(alpha: 0.9, epsilon: 1e-3, momentum: 0.1, centered: true), .adam(),
    .adam(beta1: 0, beta2: 0.5, epsilon: 1e-2), .adamW(), .adagrad(),
    .adagrad(epsilon: 1e-3, initialAccumulator: 0.1),
  ])
  func `settings read back as the same optimizer`(optimizer: Optimizer) throws {
    #expect(
      try Optimizer(settings: optimizer.settings.throughJSON(), path: "optimizer") == optimizer)
  }

  @Test func `a name alone has PyTorch's defaults`() throws {
    func named(_ name: SettingValue) throws -> Optimizer {
      try Optimizer(settings: name, path: "optimizer")
    }
    #expect(try named("sgd") == .sgd(momentum: 0, dampening: 0, nesterov: false))
    #expect(
      try named("rmsprop") == .rmsprop(alpha: 0.99, epsilon: 1e-8, momentum: 0, centered: false))
    #expect(try named("adam") == .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8))
    #expect(try named("adamW") == .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8))
    #expect(try named("adagrad") == .adagrad(epsilon: 1e-10, initialAccumulator: 0))
  }

  @Test func `states are named, and only those that are used exist`() {
    #expect(Optimizer.sgd().stateNames == [])
    #expect(Optimizer.sgd(momentum: 0.9).stateNames == ["momentum"])
    #expect(Optimizer.rmsprop(centered: true).stateNames == ["squareAverage", "gradientAverage"])
    #expect(Optimizer.adam().stateNames == ["firstMoment", "secondMoment"])
    #expect(Optimizer.adagrad(initialAccumulator: 0.5).initialStateValue == 0.5)
  }

  @Test(arguments: [
    (
      "'lion'",
      """
      run: optimizer: is "lion"; expected one of sgd, rmsprop, adam, adamW, adagrad, or an \
      object { optimizer: …, … } with its parameters
      """
    ),
    (
      "{ optimizer: 'adam', momentum: 0.9 }",
      "run: optimizer.momentum: is unknown; known here: betas, epsilon, optimizer"
    ),
    (
      "{ optimizer: 'adam', betas: [0.9] }",
      "run: optimizer.betas: is [0.9]; expected two numbers from 0 up to, but not, 1"
    ),
    (
      "{ optimizer: 'adam', betas: [0.9, 1.0] }",
      "run: optimizer.betas: is [0.9,1.0]; expected two numbers from 0 up to, but not, 1"
    ),
    (
      "{ optimizer: 'sgd', nesterov: true }",
      """
      run: optimizer.nesterov: is true with momentum 0.0 and dampening 0.0; Nesterov's momentum \
      needs a momentum above 0 and no dampening
      """
    ),
    (
      "{ optimizer: 'sgd', momentum: 1 }",
      "run: optimizer.momentum: is 1; expected a number from 0 up to, but not, 1"
    ),
    (
      "{ optimizer: 'rmsprop', epsilon: 0 }",
      "run: optimizer.epsilon: is 0; expected a number above 0"
    ),
  ])
  func `a mistake is named with its place`(json: String, message: String) throws {
    let settings = try SettingValue(json5: Array(json.utf8), source: "")
    let error = #expect(throws: SettingsError.self) {
      try Optimizer(settings: settings, path: "run: optimizer")
    }
    #expect(error?.description == message)
  }

  @Test func `regularization reads back, and adamW decays by 0.01 unless told otherwise`() throws {
    func read(_ members: SettingValue, _ optimizer: Optimizer) throws -> Regularization {
      var reader = try SettingsReader(members, path: "run")
      let regularization = try Regularization(settings: &reader, optimizer: optimizer)
      try reader.finish()
      return regularization
    }
    #expect(try read([:], .adam()) == Regularization())
    #expect(try read([:], .adamW()) == Regularization(weightDecay: 0.01))
    let all = Regularization(weightDecay: 0.1, l1: 0.2, l2: 0.3, decayBiases: true)
    #expect(try read(SettingValue.object(all.settings).throughJSON(), .sgd()) == all)
    let error = #expect(throws: SettingsError.self) { try read(["l2": 0.1], .adamW()) }
    #expect(error?.path == "run.l2")
    #expect(throws: SettingsError.self) { try read(["l1": -1], .adam()) }
  }
}
