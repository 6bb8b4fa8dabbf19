import Settings
import Testing

@testable import Networks

@Suite struct ScheduleTests {
  private static let schedules: [Schedule] = [
    Schedule(.constant), Schedule(.step(every: 3)), Schedule(.step(every: 5, gamma: 0.5)),
    Schedule(.exponential(gamma: 0.9), warmupSteps: 3), Schedule(.cosine()),
    Schedule(.cosine(minimum: 0.01), warmupSteps: 7), Schedule(.oneCycle()),
    Schedule(.oneCycle(pctStart: 0.5, divFactor: 10, finalDivFactor: 2), warmupSteps: 1),
  ]

  @Test func `learning rates are those of PyTorch's schedulers`() throws {
    for golden in try Golden.cases("schedules") {
      let schedule = try Schedule(settings: golden.settings, path: "schedule")
      let total = golden.integer("totalSteps")
      let rates = (0..<total).map {
        schedule.learningRate(step: $0, totalSteps: total, base: golden.number("base")!)
      }
      for (rate, expected) in zip(rates, golden.numbers("rates")!) {
        #expect(abs(rate - expected) <= 1e-7 * expected, "\(golden): \(rates)")
      }
    }
  }

  @Test func `every schedule has recorded cases`() throws {
    let names = Set(
      try Golden.cases("schedules").map { try Schedule(settings: $0.settings, path: "").name })
    #expect(names == Set(Schedule.Name.allCases))
  }

  @Test func `beyond the plan the final value stays`() {
    for schedule in Self.schedules {
      let final = schedule.learningRate(step: 40, totalSteps: 40, base: 0.1)
      for step in [41, 80, Int.max] {
        #expect(schedule.learningRate(step: step, totalSteps: 40, base: 0.1) == final)
      }
    }
    let cosine = Schedule(.cosine(minimum: 0.01))
    #expect(cosine.learningRate(step: 99, totalSteps: 40, base: 0.1) == 0.01)
    let oneCycle = Schedule(.oneCycle())
    let last = oneCycle.learningRate(step: 39, totalSteps: 40, base: 0.1)
    #expect(abs(last - 0.1 / 25 / 1e4) < 1e-12)
    #expect(oneCycle.learningRate(step: 99, totalSteps: 40, base: 0.1) == last)
  }

  @Test func `plans too short for the schedule give finite rates of at least 0`() {
    for schedule in Self.schedules + [Schedule(.constant, warmupSteps: .max)] {
      for total in [0, 1, 2, 3, 4] {
        for step in 0...5 {
          let rate = schedule.learningRate(step: step, totalSteps: total, base: 0.1)
          #expect(rate >= 0 && rate <= 0.1, "\(schedule), step \(step) of \(total): \(rate)")
        }
      }
    }
  }

  @Test(arguments: schedules)
  func `settings read back as the same schedule`(schedule: Schedule) throws {
    #expect(try Schedule(settings: schedule.settings.throughJSON(), path: "schedule") == schedule)
  }

  @Test(arguments: [
    ("'step'", "run: schedule.every: is missing"),
    ("'exponential'", "run: schedule.gamma: is missing"),
    (
      "{ schedule: 'cosine', gamma: 1 }",
      "run: schedule.gamma: is unknown; known here: minimum, schedule, warmupSteps"
    ),
    (
      "{ schedule: 'oneCycle', warmupSteps: -1 }",
      "run: schedule.warmupSteps: is -1; expected an integer of at least 0"
    ),
    (
      "'linear'",
      """
      run: schedule: is "linear"; expected one of constant, step, exponential, cosine, oneCycle, \
      or an object { schedule: …, … } with its parameters
      """
    ),
  ])
  func `a mistake is named with its place`(json: String, message: String) throws {
    let settings = try SettingValue(json5: Array(json.utf8), source: "")
    let error = #expect(throws: SettingsError.self) {
      try Schedule(settings: settings, path: "run: schedule")
    }
    #expect(error?.description == message)
  }
}
