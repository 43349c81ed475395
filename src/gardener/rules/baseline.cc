#include "gardener/rules/baseline.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "protocol/codes.h"

namespace gp::rules {
namespace {

constexpr std::string_view kHead =
    "# gardener baseline, kept by `gardener gate --update-baseline`; lines may only go\n";

std::string field(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '\\') {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string baseline_line(std::string_view kind, std::string_view path, std::string_view what) {
  return field(kind) + "\t" + field(path) + "\t" + field(what);
}

Result<Baseline> Baseline::parse(std::string_view text, std::string_view file_name) {
  std::vector<std::string> lines;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t newline = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, newline);
    text.remove_prefix(std::min(newline + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (std::count(line.begin(), line.end(), '\t') != 2)
      return fail(Code::bad_request,
                  fmt::format("{}:{}: not a line of a baseline (kind, path and name, separated by "
                              "tabs); after a merge, keep the lines of both sides",
                              file_name, number));
    lines.emplace_back(line);
  }
  return of(std::move(lines));
}

Baseline Baseline::of(std::vector<std::string> lines) {
  Baseline baseline;
  baseline.lines_ = std::move(lines);
  std::sort(baseline.lines_.begin(), baseline.lines_.end());
  return baseline;
}

std::string Baseline::text() const {
  std::string out(kHead);
  for (const std::string& line : lines_) out += line + "\n";
  return out;
}

std::vector<std::string> Baseline::missing_from(const Baseline& other) const {
  std::vector<std::string> missing;
  std::set_difference(other.lines_.begin(), other.lines_.end(), lines_.begin(), lines_.end(),
                      std::back_inserter(missing));
  return missing;
}

Baseline Baseline::common_with(const Baseline& other) const {
  Baseline common;
  std::set_intersection(lines_.begin(), lines_.end(), other.lines_.begin(), other.lines_.end(),
                        std::back_inserter(common.lines_));
  return common;
}

}  // namespace gp::rules
