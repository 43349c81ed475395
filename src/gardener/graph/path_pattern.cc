#include "gardener/graph/path_pattern.h"

#include <algorithm>

namespace gp::graph {

std::optional<PathPattern> PathPattern::parse(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  while (!line.empty() && line.back() == ' ' &&
         (line.size() < 2 || line[line.size() - 2] != '\\')) {
    line.remove_suffix(1);
  }
  if (line.empty() || line.front() == '#') return std::nullopt;
  PathPattern pattern;
  if (line.front() == '!') {
    pattern.is_negated_ = true;
    line.remove_prefix(1);
  }
  if (!line.empty() && line.back() == '/') {
    pattern.folders_only_ = true;
    line.remove_suffix(1);
  }
  pattern.is_anchored_ = line.find('/') != std::string_view::npos;
  if (!line.empty() && line.front() == '/') line.remove_prefix(1);
  if (line.empty()) return std::nullopt;
  pattern.compile(line);
  return pattern;
}

void PathPattern::compile(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool starts_segment = at == 0 || text[at - 1] == '/';
    if (c == '*') {
      std::size_t end = at;
      while (end < text.size() && text[end] == '*') ++end;
      const bool is_double = end - at == 2 && starts_segment;
      if (is_double && end == text.size()) {
        states_.push_back({Step::kAnything});
      } else if (is_double && text[end] == '/') {
        states_.push_back({Step::kFolders});
        states_.push_back({Step::kInFolders});
        ++end;
      } else {
        states_.push_back({Step::kSegment});
      }
      at = end - 1;
    } else if (c == '?') {
      ByteSet any;
      std::fill(std::begin(any.member), std::end(any.member), true);
      classes_.push_back(any);
      states_.push_back({Step::kClass, 0, static_cast<std::uint32_t>(classes_.size() - 1)});
    } else if (c == '[') {
      at = compile_class(text, at);
    } else {
      if (c == '\\' && at + 1 < text.size()) ++at;
      states_.push_back({Step::kByte, text[at]});
    }
  }
}

// `text[at]` is '['. Returns the index of the ']'; a class that is never closed is a plain '['.
std::size_t PathPattern::compile_class(std::string_view text, std::size_t at) {
  ByteSet set;
  std::size_t i = at + 1;
  const bool is_inverse = i < text.size() && (text[i] == '!' || text[i] == '^');
  if (is_inverse) ++i;
  for (bool first = true; i < text.size() && (first || text[i] != ']'); first = false, ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    const auto low = static_cast<unsigned char>(text[i]);
    auto high = low;
    if (i + 2 < text.size() && text[i + 1] == '-' && text[i + 2] != ']') {
      high = static_cast<unsigned char>(text[i + 2]);
      i += 2;
    }
    for (unsigned byte = low; byte <= high; ++byte) set.member[byte] = true;
  }
  if (i >= text.size()) {
    states_.push_back({Step::kByte, '['});
    return at;
  }
  if (is_inverse) {
    for (bool& member : set.member) member = !member;
  }
  classes_.push_back(set);
  states_.push_back({Step::kClass, 0, static_cast<std::uint32_t>(classes_.size() - 1)});
  return i;
}

// Marks `state` and those that are reached without a byte.
void PathPattern::activate(std::vector<bool>& states, std::size_t state) const {
  for (; !states[state]; ++state) {
    states[state] = true;
    if (state == states_.size()) return;
    const Step step = states_[state].step;
    if (step == Step::kFolders) {
      states[state + 1] = true;
      ++state;
    } else if (step != Step::kSegment && step != Step::kAnything) {
      return;
    }
  }
}

bool PathPattern::matches(std::string_view path, bool is_folder) const {
  if (folders_only_ && !is_folder) return false;
  if (!is_anchored_) path.remove_prefix(path.rfind('/') + 1);
  std::vector<bool> now(states_.size() + 1);
  activate(now, 0);
  for (const char c : path) {
    std::vector<bool> next(states_.size() + 1);
    bool alive = false;
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (!now[i]) continue;
      const State& state = states_[i];
      bool moves = false;
      bool stays = false;
      switch (state.step) {
        case Step::kByte: moves = c == state.byte; break;
        case Step::kClass:
          moves = c != '/' && classes_[state.set].member[static_cast<unsigned char>(c)];
          break;
        case Step::kSegment: stays = c != '/'; break;
        case Step::kAnything: stays = true; break;
        case Step::kFolders: break;
        case Step::kInFolders:
          if (!next[i]) next[i] = true;
          alive = true;
          moves = c == '/';
          break;
      }
      if (moves) activate(next, i + 1);
      if (stays) activate(next, i);
      alive = alive || moves || stays;
    }
    if (!alive) return false;
    now.swap(next);
  }
  return now[states_.size()];
}

void PatternList::add(std::string_view line) {
  if (std::optional<PathPattern> pattern = PathPattern::parse(line))
    patterns_.push_back(std::move(*pattern));
}

void PatternList::add_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    add(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::optional<bool> PatternList::decides(std::string_view path, bool is_folder) const {
  for (auto pattern = patterns_.rbegin(); pattern != patterns_.rend(); ++pattern)
    if (pattern->matches(path, is_folder)) return !pattern->is_negated();
  return std::nullopt;
}

bool PatternList::covers(std::string_view path) const {
  if (patterns_.empty()) return false;
  for (std::size_t at = path.find('/'); at != std::string_view::npos; at = path.find('/', at + 1))
    if (decides(path.substr(0, at), true).value_or(false)) return true;
  return decides(path, false).value_or(false);
}

}  // namespace gp::graph
