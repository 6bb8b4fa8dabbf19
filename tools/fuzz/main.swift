import Foundation

// Feeds damaged files to the reading of datasets. See README.md beside this file.
//
//   Fuzz [--count N] [--seed S] [--program LOCKSTEP] [--keep FOLDER] FILE.h5…
//   Fuzz --sources [--target COLUMN] [--count N] [--seed S] SRC…
//
// Exit status 1 where something crashed that must not, came to no end, or took changed data for good.

if CommandLine.arguments.dropFirst().first == "work" {
  exit(Worker(Array(CommandLine.arguments.dropFirst(2))).run())
}
if CommandLine.arguments.dropFirst().first == "source" {
  exit(SourceWorker(Array(CommandLine.arguments.dropFirst(2))).run())
}

func stop(_ status: Int32, _ problem: String? = nil) -> Never {
  if let problem { print("Fuzz: " + problem) }
  print("usage: Fuzz [--count N] [--seed S] [--program LOCKSTEP] [--keep FOLDER] FILE.h5…")
  print("       Fuzz --sources [--target COLUMN] [--count N] [--seed S] SRC…")
  exit(status)
}

var count = 2000
var seed: UInt64 = 1
var program: String?
var keep: String?
var areSources = false
var target: String?
var files: [String] = []
var words = CommandLine.arguments.dropFirst().makeIterator()

@MainActor func value(of option: String) -> String {
  guard let word = words.next() else { stop(2, "\(option) needs a value") }
  return word
}

@MainActor func number<Number: FixedWidthInteger>(of option: String) -> Number {
  let word = value(of: option)
  guard let number = Number(word) else { stop(2, "\(option) is \(word); expected a number") }
  return number
}

while let word = words.next() {
  switch word {
  case "-h", "--help": stop(0)
  case "--count": count = max(0, number(of: word))
  case "--seed": seed = number(of: word)
  case "--sources": areSources = true
  case "--target": target = value(of: word)
  case "--program": program = value(of: word)
  case "--keep": keep = value(of: word)
  case _ where word.hasPrefix("-"): stop(2, "there is no option \(word)")
  case _ where access(word, R_OK) != 0: stop(2, "\(word) cannot be read")
  default: files.append(word)
  }
}
if files.isEmpty { stop(2, "there is no file to damage") }
if areSources {
  let campaign = SourceCampaign(files: files, target: target, seed: seed, count: count)
  exit(try campaign.run() ? 0 : 1)
}
let campaign = Campaign(files: files, seed: seed, count: count, keep: keep)
exit(try campaign.run(program: program) ? 0 : 1)
