#pragma once

#include <getopt.h>
#include <stddef.h>

/// What `lockstep_next_option` found.
struct lockstep_option {
  /// The option's `val`; 1 for a word that is no option; ':' for an option without its value; '?'
  /// for one that is unknown or was given a value it does not take; -1 at the end.
  int code;
  /// The `val` of the option that ':' or '?' is about, or 0.
  int about;
  /// The value or the word.
  const char *text;
  /// Where the scan stands in `argv`.
  int position;
};

/// getopt_long(3), whose state Swift cannot reach: global, so for one thread. Words stay in order,
/// messages are the caller's. `position` 0 starts over.
static inline struct lockstep_option lockstep_next_option(
    int argc, char *const *argv, const char *letters, const struct option *options, int position) {
  optind = position;
  opterr = 0;
  optopt = 0;
  int code = getopt_long(argc, argv, letters, options, NULL);
  return (struct lockstep_option){code, optopt, optarg, optind};
}
