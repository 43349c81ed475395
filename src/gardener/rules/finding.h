/// Finding: what a rule says about a place. Made by rules and by the gate, shown by apps/gardener.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gp::rules {

enum class Priority : std::uint8_t { kP0, kP1, kP2, kP3 };
std::string_view name_of(Priority priority);  // "P0" …

struct Place {
  std::string file{};        ///< relative to the root
  std::uint32_t line = 0;    ///< from 1; 0 is the whole file
  std::uint32_t column = 0;  ///< bytes from 0
  std::uint32_t end_line = 0;
  std::uint32_t end_column = 0;
};

struct Evidence {
  Place place{};
  std::string text{};  ///< "imported in an except handler", "async def here"
};

struct Finding {
  std::string_view code{};  ///< "GP001": `gardener explain GP001`
  Priority priority = Priority::kP3;
  double score = 0;  ///< production uses x paths; orders findings of one priority
  Place place{};
  std::string subject{};  ///< the module or symbol, dotted
  std::string message{};  ///< what is wrong, one sentence
  std::string advice{};   ///< what to do, one sentence
  std::vector<Evidence> evidence{};
};

/// Priority, score (descending), code, file, line, subject.
void sort(std::vector<Finding>& findings);

}  // namespace gp::rules
