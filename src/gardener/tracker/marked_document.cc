#include "gardener/tracker/marked_document.h"

#include <fmt/core.h>

#include <algorithm>

#include "protocol/codes.h"

namespace gp::tracker {
namespace {

constexpr std::string_view kOpening = "<!-- gardener:";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-';
  });
}

/// The fence that a line opens: its character repeated; "" if none.
std::string_view fence_of(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (text.substr(0, 3) != "```" && text.substr(0, 3) != "~~~") return {};
  return text.substr(0, std::min(text.find_first_not_of(text[0]), text.size()));
}

/// Finds the markers, line by line.
class MarkerReader {
 public:
  struct Found {
    std::string name;
    std::size_t begin;
    std::size_t end;
    bool is_crlf;
  };

  MarkerReader(std::string_view text, std::string_view path) : text_(text), path_(path) {}

  Result<std::vector<Found>> run() {
    std::size_t at = 0;
    while (at < text_.size()) {
      ++line_;
      const std::size_t next = std::min(text_.find('\n', at), text_.size() - 1) + 1;
      GP_TRY(take(text_.substr(at, next - at), at, next));
      at = next;
    }
    if (!open_.empty()) {
      GP_TRY(refuse(open_line_, fmt::format("the part '{}' begins here and has no end", open_),
                    fmt::format("write {} where it ends", end_marker(open_))));
    }
    return std::move(found_);
  }

 private:
  Result<void> refuse(std::size_t line, const std::string& what, const std::string& advice) const {
    return fail(Code::invalid_command, fmt::format("{}:{}: {}; {}", path_, line, what, advice));
  }

  Result<void> take(std::string_view bytes, std::size_t begin, std::size_t next) {
    const std::string_view line = bytes.substr(0, bytes.find('\n'));
    if (is_fenced(line) || line.find(kOpening) == std::string_view::npos) return ok();
    std::string_view words = trimmed(line);
    constexpr std::string_view kDamaged = "this marker is damaged";
    const std::string advice =
        fmt::format("a marker stands alone on its line and reads {} or {}; mend it, or take it out",
                    begin_marker("NAME"), end_marker("NAME"));
    if (!words.starts_with(kOpening) || !words.ends_with(" -->"))
      return refuse(line_, std::string(kDamaged), advice);
    words.remove_prefix(kOpening.size());
    words.remove_suffix(4);
    const std::size_t space = std::min(words.find(' '), words.size());
    const std::string_view verb = words.substr(0, space);
    const std::string name(trimmed(words.substr(space)));
    if ((verb != "begin" && verb != "end") || !is_name(name))
      return refuse(line_, std::string(kDamaged), advice);
    if (verb == "end") return close(name, begin);
    return open(name, next, line.ends_with('\r'));
  }

  Result<void> open(const std::string& name, std::size_t next, bool is_crlf) {
    if (!open_.empty()) {
      return refuse(line_,
                    fmt::format("'{}' begins inside '{}' (line {})", name, open_, open_line_),
                    "parts cannot be nested: end the first one before");
    }
    const bool is_known = std::any_of(found_.begin(), found_.end(),
                                      [&](const Found& part) { return part.name == name; });
    if (is_known) {
      return refuse(line_, fmt::format("a second part '{}'", name),
                    "one of the two must go: gardener would not know which to write");
    }
    open_ = name;
    open_line_ = line_;
    found_.push_back({name, next, next, is_crlf});
    return ok();
  }

  Result<void> close(const std::string& name, std::size_t begin) {
    if (open_.empty()) {
      return refuse(line_, fmt::format("'{}' ends here and has not begun", name),
                    fmt::format("write {} before it, or take it out", begin_marker(name)));
    }
    if (open_ != name) {
      return refuse(line_, fmt::format("'{}' ends inside '{}' (line {})", name, open_, open_line_),
                    fmt::format("{} must come first", end_marker(open_)));
    }
    found_.back().end = begin;
    open_.clear();
    return ok();
  }

  /// Keeps track of fenced code blocks; true inside one and on its fences.
  bool is_fenced(std::string_view line) {
    const std::string_view fence = fence_of(line);
    if (fence_.empty()) {
      fence_ = fence;
      return !fence.empty();
    }
    if (fence.size() >= fence_.size() && fence[0] == fence_[0] && fence == trimmed(line))
      fence_ = {};
    return true;
  }

  std::string_view text_;
  std::string_view path_;
  std::string_view fence_{};
  std::string open_{};
  std::size_t open_line_ = 0;
  std::size_t line_ = 0;
  std::vector<Found> found_{};
};

}  // namespace

std::string begin_marker(std::string_view name) {
  return fmt::format("{}begin {} -->", kOpening, name);
}

std::string end_marker(std::string_view name) {
  return fmt::format("{}end {} -->", kOpening, name);
}

Result<MarkedDocument> MarkedDocument::parse(std::string text, std::string_view path) {
  MarkedDocument document;
  document.text_ = std::move(text);
  GP_TRY(auto found, MarkerReader(document.text_, path).run());
  for (auto& part : found)
    document.parts_.push_back({std::move(part.name), part.begin, part.end, part.is_crlf});
  return document;
}

bool MarkedDocument::has(std::string_view name) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [name](const Part& part) { return part.name == name; });
}

std::vector<std::string> MarkedDocument::names() const {
  std::vector<std::string> out;
  for (const Part& part : parts_) out.push_back(part.name);
  return out;
}

bool MarkedDocument::replace(std::string_view name, std::string_view content) {
  const auto found = std::find_if(parts_.begin(), parts_.end(),
                                  [name](const Part& part) { return part.name == name; });
  if (found == parts_.end()) return false;
  std::string bytes;
  for (const char byte : content) {
    if (byte == '\n' && found->is_crlf) bytes += '\r';
    bytes += byte;
  }
  const std::size_t before = found->end - found->begin;
  text_.replace(found->begin, before, bytes);
  found->end = found->begin + bytes.size();
  for (auto part = found + 1; part != parts_.end(); ++part) {
    part->begin += bytes.size() - before;
    part->end += bytes.size() - before;
  }
  return true;
}

}  // namespace gp::tracker
