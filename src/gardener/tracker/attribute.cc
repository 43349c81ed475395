/// How: a failure text is read for `path.py:LINE` and for the names of the plan; the rows are
/// ranked: 0 a row at a place the text names, 1 a row of the test's own file whose symbol the text
/// names, 2 a row of a file the text names, 3 a row of the test's file.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "gardener/tracker/loop.h"

namespace gp::tracker {
namespace {

constexpr std::size_t kRowsMax = 3;

struct NamedPlace {
  std::string_view path;
  std::uint32_t line;
};

bool is_path_byte(char byte) {
  return byte > ' ' && byte != '"' && byte != '\'' && byte != '(' && byte != ',' && byte != ':';
}

/// Every `x.py:12` and `File "x.py", line 12`.
std::vector<NamedPlace> places_in(std::string_view text) {
  std::vector<NamedPlace> places;
  for (std::size_t at = text.find(".py"); at != std::string_view::npos; at = text.find(".py", at)) {
    std::size_t begin = at;
    while (begin > 0 && is_path_byte(text[begin - 1])) --begin;
    at += 3;
    std::string_view rest = text.substr(at);
    const std::string_view path = text.substr(begin, at - begin);
    if (rest.substr(0, 1) == ":") {
      rest.remove_prefix(1);
    } else if (rest.substr(0, 8) == "\", line ") {
      rest.remove_prefix(8);
    } else {
      continue;
    }
    NamedPlace place{path, 0};
    std::from_chars(rest.data(), rest.data() + rest.size(), place.line);
    places.push_back(place);
  }
  return places;
}

bool is_same_file(std::string_view named, std::string_view path) {
  if (named.substr(0, 2) == "./") named.remove_prefix(2);
  if (!named.ends_with(path)) return false;
  return named.size() == path.size() || named[named.size() - path.size() - 1] == '/';
}

bool is_word_byte(char byte) {
  return byte == '_' || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z');
}

bool names(std::string_view text, std::string_view word) {
  if (word.empty()) return false;
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_word_byte(text[at - 1]);
    if (begins && (end == text.size() || !is_word_byte(text[end]))) return true;
  }
  return false;
}

std::string shown(const plan::ReferenceRow& row) {
  return fmt::format("{}:{} {}{}{}: {}", row.file, row.line, refs::name_of(row.kind),
                     row.symbol.empty() ? "" : " of ", row.symbol, plan::name_of(row.action));
}

constexpr int kUnrelated = 4;

int rank_of(const plan::ReferenceRow& row, std::string_view file, std::string_view text,
            const std::vector<NamedPlace>& places) {
  int rank = kUnrelated;
  for (const NamedPlace& place : places) {
    if (!is_same_file(place.path, row.file)) continue;
    rank = std::min(rank, place.line == row.line ? 0 : 2);
  }
  if (row.file == file) rank = std::min(rank, names(text, row.symbol) ? 1 : 3);
  return rank;
}

}  // namespace

std::vector<std::string> attribute(const plan::Plan& plan, std::string_view file,
                                   std::string_view text) {
  const std::vector<NamedPlace> places = places_in(text);
  std::vector<std::pair<int, const plan::ReferenceRow*>> found;
  for (const plan::ReferenceRow& row : plan.references) {
    const int rank = rank_of(row, file, text, places);
    if (rank < kUnrelated) found.emplace_back(rank, &row);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> rows;
  for (const auto& [rank, row] : found) {
    if (rows.size() < kRowsMax && (rows.empty() || rows.back() != shown(*row)))
      rows.push_back(shown(*row));
  }
  for (const plan::SymbolRow& symbol : plan.symbols) {
    if (!rows.empty() || !names(text, symbol.name)) continue;
    rows.push_back(fmt::format("symbol {}: {}{}{}", symbol.name, plan::name_of(symbol.action),
                               symbol.to.empty() ? "" : " to ", symbol.to));
  }
  return rows;
}

}  // namespace gp::tracker
