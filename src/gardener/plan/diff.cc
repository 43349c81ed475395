#include "gardener/plan/diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace gp::plan {
namespace {

constexpr std::size_t kContextLines = 3;

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

/// Old lines [begin, end) become `text`.
struct Replaced {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text{};
};

void put(std::string& out, char mark, std::string_view line) {
  out.push_back(mark);
  out.append(line);
  if (!line.ends_with('\n')) out.append("\n\\ No newline at end of file\n");
}

std::string quoted(std::string_view prefix, std::string_view path) {
  const bool is_plain = std::all_of(path.begin(), path.end(), [](char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  });
  if (is_plain) return std::string(prefix).append(path);
  std::string text = "\"";
  text.append(prefix);
  for (const char c : path) {
    if (c == '"' || c == '\\') {
      text.append({'\\', c});
    } else if (c >= 0x20 && c < 0x7f) {
      text.push_back(c);
    } else {
      text.append(fmt::format("\\{:03o}", static_cast<unsigned char>(c)));
    }
  }
  return text.append("\"");
}

class Hunks {
 public:
  Hunks(const FileChange& change) : change_(change), old_(lines_of(change.before)) {
    std::uint32_t at = 0;
    for (const std::string_view line : old_) {
      starts_.push_back(at);
      at += static_cast<std::uint32_t>(line.size());
    }
    starts_.push_back(at);
  }

  std::string run() {
    collect();
    std::string out;
    std::ptrdiff_t shift = 0;
    for (std::size_t first = 0; first < replaced_.size();) {
      std::size_t last = first;
      while (last + 1 < replaced_.size() &&
             replaced_[last + 1].begin - replaced_[last].end <= 2 * kContextLines)
        ++last;
      hunk(first, last, shift, out);
      first = last + 1;
    }
    return out;
  }

 private:
  std::size_t line_at(std::uint32_t offset) const {
    const auto found = std::upper_bound(starts_.begin(), starts_.end(), offset);
    const auto line = static_cast<std::size_t>(found - starts_.begin()) - 1;
    const bool is_behind = line == old_.size() && line > 0 && !old_.back().ends_with('\n');
    return is_behind ? line - 1 : line;
  }

  void collect() {
    const std::vector<SpanEdit>& edits = change_.edits;
    for (std::size_t i = 0; i < edits.size();) {
      const std::size_t begin = std::min(line_at(edits[i].span().begin), old_.size());
      std::size_t end = begin;
      std::string text;
      std::uint32_t at = starts_[begin];
      // One after the other, as long as they touch the same lines.
      do {
        text.append(change_.before, at, edits[i].span().begin - at).append(edits[i].replacement());
        at = edits[i].span().end;
        end = std::max(end, std::min(line_at(at), old_.size()));
        const bool needs_rest = at != starts_[end] || (!text.empty() && !text.ends_with('\n'));
        if (needs_rest) end = std::min(end + 1, old_.size());
        ++i;
      } while (i < edits.size() && edits[i].span().begin < starts_[end]);
      if (starts_[end] > at) text.append(change_.before, at, starts_[end] - at);
      add({begin, end, std::move(text)});
    }
  }

  /// Without the lines that are the same at both ends.
  void add(Replaced one) {
    Lines now = lines_of(one.text);
    std::size_t skip = 0;
    while (one.begin < one.end && skip < now.size() && old_[one.begin] == now[skip]) {
      ++one.begin;
      ++skip;
    }
    std::size_t size = now.size();
    while (one.begin < one.end && size > skip && old_[one.end - 1] == now[size - 1]) {
      --one.end;
      --size;
    }
    std::string text;
    for (std::size_t i = skip; i < size; ++i) text.append(now[i]);
    one.text = std::move(text);
    if (one.begin < one.end || !one.text.empty()) replaced_.push_back(std::move(one));
  }

  void hunk(std::size_t first, std::size_t last, std::ptrdiff_t& shift, std::string& out) {
    const std::size_t begin =
        replaced_[first].begin - std::min(replaced_[first].begin, kContextLines);
    const std::size_t end = std::min(replaced_[last].end + kContextLines, old_.size());
    std::string body;
    std::size_t at = begin;
    std::ptrdiff_t grown = 0;
    for (std::size_t i = first; i <= last; ++i) {
      for (; at < replaced_[i].begin; ++at) put(body, ' ', old_[at]);
      for (; at < replaced_[i].end; ++at, --grown) put(body, '-', old_[at]);
      for (const std::string_view line : lines_of(replaced_[i].text)) {
        put(body, '+', line);
        ++grown;
      }
    }
    for (; at < end; ++at) put(body, ' ', old_[at]);
    const auto count = static_cast<std::ptrdiff_t>(end - begin);
    const auto start = static_cast<std::ptrdiff_t>(begin);
    const auto shown = [](std::ptrdiff_t from, std::ptrdiff_t size) {
      const std::ptrdiff_t line = size == 0 ? from : from + 1;
      return size == 1 ? fmt::format("{}", line) : fmt::format("{},{}", line, size);
    };
    out.append(
        fmt::format("@@ -{} +{} @@\n", shown(start, count), shown(start + shift, count + grown)));
    out.append(body);
    shift += grown;
  }

  const FileChange& change_;
  Lines old_;
  std::vector<std::uint32_t> starts_{};
  std::vector<Replaced> replaced_{};
};

}  // namespace

std::string unified_diff(const FileChange& change, unsigned mode) {
  const std::string old_name = quoted("a/", change.path);
  const std::string new_name = quoted("b/", change.path);
  if (!change.is_deleted) {
    const std::string body = Hunks(change).run();
    if (body.empty()) return {};
    return fmt::format("diff --git {} {}\n--- {}\n+++ {}\n{}", old_name, new_name, old_name,
                       new_name, body);
  }
  std::string out = fmt::format("diff --git {} {}\ndeleted file mode 100{:o}\n", old_name, new_name,
                                (mode & 0111) != 0 ? 0755 : 0644);
  const Lines lines = lines_of(change.before);
  if (lines.empty()) return out;
  out.append(fmt::format("--- {}\n+++ /dev/null\n@@ -1{} +0,0 @@\n", old_name,
                         lines.size() == 1 ? "" : fmt::format(",{}", lines.size())));
  for (const std::string_view line : lines) put(out, '-', line);
  return out;
}

}  // namespace gp::plan
