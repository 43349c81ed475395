/// Counts: how many places are production code, scripts, tests and backups.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gardener/refs/reference.h"

namespace gp::rules {

using Population = refs::Population;

struct Counts {
  std::size_t production = 0;
  std::size_t scripts = 0;
  std::size_t tests = 0;
  std::size_t backups = 0;

  void add(refs::Population population);
  std::size_t total() const { return production + scripts + tests + backups; }
  /// "24 production, 9 script, 162 test"; "nobody" if all are 0.
  std::string text() const;
};

/// "1 file", "2 files"; thousands with a comma.
std::string count_text(std::size_t count, std::string_view noun);
std::string with_commas(std::size_t number);
/// The same for a noun in the plural: "1 ban" of (1, "bans").
std::string fact_text(std::size_t count, std::string_view plural);

}  // namespace gp::rules
