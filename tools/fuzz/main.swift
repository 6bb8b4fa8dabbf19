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

var count = 2000
var seed: UInt64 = 1
var program: String?
var keep: String?
var areSources = false
var target: String?
var files: [String] = []
var words = CommandLine.arguments.dropFirst().makeIterator()
while let word = words.next() {
  switch word {
  case "--count": count = Int(words.next() ?? "") ?? count
  case "--seed": seed = UInt64(words.next() ?? "") ?? seed
  case "--sources": areSources = true
  case "--target": target = words.next()
  case "--program": program = words.next()
  case "--keep": keep = words.next()
  default: files.append(word)
  }
}
guard !files.isEmpty else {
  print("usage: Fuzz [--count N] [--seed S] [--program LOCKSTEP] [--keep FOLDER] FILE.h5…")
  print("       Fuzz --sources [--target COLUMN] [--count N] [--seed S] SRC…")
  exit(2)
}
if areSources {
  let campaign = SourceCampaign(files: files, target: target, seed: seed, count: count)
  exit(try campaign.run() ? 0 : 1)
}
let campaign = Campaign(files: files, seed: seed, count: count, keep: keep)
exit(try campaign.run(program: program) ? 0 : 1)
