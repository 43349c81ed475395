#include "gardener/rules/counts.h"

namespace gp::rules {

void Counts::add(refs::Population population) {
  switch (population) {
    case refs::Population::kProduction: ++production; break;
    case refs::Population::kScript: ++scripts; break;
    case refs::Population::kTest: ++tests; break;
    case refs::Population::kBackup: ++backups; break;
  }
}

std::string Counts::text() const {
  std::string text;
  const auto append = [&text](std::size_t count, std::string_view noun) {
    if (count == 0) return;
    if (!text.empty()) text += ", ";
    text.append(with_commas(count)).append(" ").append(noun);
  };
  append(production, "production");
  append(scripts, "script");
  append(tests, "test");
  append(backups, "backup");
  return text.empty() ? "nobody" : text;
}

std::string with_commas(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string count_text(std::size_t count, std::string_view noun) {
  return with_commas(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string fact_text(std::size_t count, std::string_view plural) {
  if (count == 1 && plural.ends_with('s')) plural.remove_suffix(1);
  return with_commas(count) + " " + std::string(plural);
}

}  // namespace gp::rules
