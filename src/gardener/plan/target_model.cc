#include "gardener/plan/target_model.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "gardener/plan/module_name.h"

namespace gp::plan {
namespace {

using python::Binding;
using python::BindingKind;
using python::Block;
using python::Use;

bool is_newline(char c) { return c == '\n' || c == '\r'; }

std::uint32_t line_begin(std::string_view source, std::uint32_t at) {
  while (at > 0 && !is_newline(source[at - 1])) --at;
  return at;
}

std::uint32_t line_end(std::string_view source, std::uint32_t at) {
  while (at < source.size() && !is_newline(source[at])) ++at;
  return at;
}

/// Says something to people, or sets up a logger; changes nothing another module could miss.
bool is_harmless_call(std::string_view callee) {
  constexpr std::array<std::string_view, 12> kNames = {
      "print",     "debug",      "info",       "warning",  "warn",           "error",
      "getLogger", "get_logger", "addHandler", "setLevel", "filterwarnings", "simplefilter"};
  return first_of(callee) == "__all__" || callee.find("deprecat") != std::string_view::npos ||
         std::find(kNames.begin(), kNames.end(), last_of(callee)) != kNames.end();
}

/// The statement around the place begins with the word.
bool begins_with(std::string_view source, std::uint32_t at, std::string_view word) {
  std::uint32_t begin = line_begin(source, at);
  while (begin < at && (source[begin] == ' ' || source[begin] == '\t')) ++begin;
  return source.substr(begin).starts_with(word);
}

}  // namespace

bool may_be_doubled(const TargetModel& target, const Definition& definition) {
  if (target.binding(definition).kind != BindingKind::kAssignment) return false;
  const std::string_view text =
      std::string_view(target.file().source).substr(definition.text.begin, definition.text.size());
  if (text.find("getLogger(") != std::string_view::npos ||
      text.find("get_logger(") != std::string_view::npos ||
      text.find("re.compile(") != std::string_view::npos)
    return true;
  return text.find_first_of("([{") == std::string_view::npos && text.find("None") == text.npos;
}

bool is_in_global_statement(std::string_view source, std::uint32_t at) {
  while (at > 0 && !is_newline(source[at - 1]) && source[at - 1] != ';' && source[at - 1] != ':')
    --at;
  while (at < source.size() && (source[at] == ' ' || source[at] == '\t')) ++at;
  return source.substr(at).starts_with("global ") || source.substr(at).starts_with("global\t");
}

TargetModel::TargetModel(const refs::ScannedFile& file) : file_(file) {
  const std::vector<Use>& uses = facts().uses;
  for (std::uint32_t i = 0; i < uses.size(); ++i)
    if (uses[i].is_store) stores_[facts().text(uses[i].text)].push_back(i);
  for (std::uint32_t i = 0; i < facts().bindings.size(); ++i) {
    const Binding& binding = facts().bindings[i];
    if (binding.owner != python::kNone) continue;
    const auto [found, is_new] =
        by_name_.try_emplace(facts().text(binding.name), definitions_.size());
    if (is_new) definitions_.push_back({.name = std::string(facts().text(binding.name))});
    Definition& definition = definitions_[found->second];
    if (!is_new && definition.obstacle.empty()) {
      definition.obstacle = fmt::format("it is bound more than once, at lines {} and {}",
                                        facts().bindings[definition.binding].line, binding.line);
    }
    definition.binding = i;
  }
  for (Definition& definition : definitions_) {
    find_text(definition);
    find_needs(definition);
  }
  find_effects();
}

const Effect* TargetModel::effect_on(std::string_view name) const {
  for (const Effect& effect : effects_)
    if (std::find(effect.names.begin(), effect.names.end(), name) != effect.names.end())
      return &effect;
  return nullptr;
}

// What is no effect: sorted, without overlaps.
std::vector<python::Span> TargetModel::accounted() const {
  std::vector<python::Span> spans;
  for (const Definition& one : definitions_) spans.push_back(one.text);
  for (const Binding& one : facts().bindings) {
    spans.push_back(one.definition);
    if (one.own_block != python::kNone) spans.push_back(facts().blocks[one.own_block].body);
  }
  for (const python::ImportStatement& one : facts().imports) spans.push_back(one.span);
  for (const python::DeprecationWarning& one : facts().deprecations) spans.push_back(one.span);
  for (const python::Call& one : facts().calls)
    if (is_harmless_call(facts().text(one.callee))) spans.push_back(one.span);
  for (const Block& one : facts().blocks) {
    spans.push_back(one.header);
    const std::string_view header =
        std::string_view(file_.source).substr(one.header.begin, one.header.size());
    if (header.find("__name__") != std::string_view::npos) spans.push_back(one.body);
  }
  std::sort(spans.begin(), spans.end(),
            [](python::Span a, python::Span b) { return a.begin < b.begin; });
  std::vector<python::Span> merged;
  for (const python::Span span : spans) {
    if (merged.empty() || span.begin > merged.back().end) {
      merged.push_back(span);
    } else {
      merged.back().end = std::max(merged.back().end, span.end);
    }
  }
  return merged;
}

void TargetModel::find_effects() {
  const std::vector<python::Span> known = accounted();
  const auto is_known = [&](python::Span span) {
    const auto behind =
        std::upper_bound(known.begin(), known.end(), span.begin,
                         [](std::uint32_t at, python::Span one) { return at < one.begin; });
    return behind != known.begin() && std::prev(behind)->contains(span);
  };
  const auto add = [&](const Use& use, bool is_own) {
    if (effects_.empty() || effects_.back().line != use.line) {
      const std::uint32_t begin = line_begin(file_.source, use.span.begin);
      std::string_view text = std::string_view(file_.source)
                                  .substr(begin, line_end(file_.source, use.span.begin) - begin);
      text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
      effects_.push_back({.line = use.line, .text = std::string(text)});
    }
    if (is_own) effects_.back().names.emplace_back(first_of(facts().text(use.text)));
  };
  python::Span call{};  // the last effect that is a call
  for (const Use& use : facts().uses) {
    const std::string_view text = facts().text(use.text);
    const Definition* definition = find(first_of(text));
    const bool is_own = definition != nullptr && !is_import(*definition);
    if (first_of(text) == "__all__" || python::in_function(facts(), use.block) ||
        is_known(use.span) || begins_with(file_.source, use.span.begin, "raise ") ||
        begins_with(file_.source, use.span.begin, "del "))
      continue;
    const bool is_item = use.span.end < file_.source.size() && file_.source[use.span.end] == '[';
    if (use.call != python::kNone && !call.contains(use.span)) call = facts().calls[use.call].span;
    if (use.is_store || is_item || use.call != python::kNone || call.contains(use.span))
      add(use, is_own);
  }
}

const Definition* TargetModel::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &definitions_[found->second];
}

void TargetModel::find_text(Definition& definition) const {
  const Binding& binding = this->binding(definition);
  const std::string_view source = file_.source;
  definition.text = binding.definition;
  // A def's statement ends with its body, a header's span with the ':'.
  if (binding.own_block != python::kNone)
    definition.text.end = std::max(definition.text.end, facts().blocks[binding.own_block].body.end);
  const auto block = [&](std::string_view why) {
    if (definition.obstacle.empty())
      definition.obstacle = fmt::format("line {}: {}", binding.line, why);
  };
  if (binding.block != 0) block("it is bound under a condition");
  std::uint32_t& begin = definition.text.begin;
  if (begin != line_begin(source, begin) && !source.substr(0, begin).ends_with("\xef\xbb\xbf"))
    block("other code stands before it on its line");
  std::uint32_t& end = definition.text.end;
  const std::uint32_t last = line_end(source, end);
  const std::string_view rest = source.substr(end, last - end);
  const std::size_t first = rest.find_first_not_of(" \t\f");
  if (first != std::string_view::npos && rest[first] != '#')
    block("other code stands behind it on its line");
  if (first != std::string_view::npos) end = last;
  while (begin > 0) {
    std::uint32_t above = begin - 1;
    if (above > 0 && source[above] == '\n' && source[above - 1] == '\r') --above;
    const std::uint32_t start = line_begin(source, above);
    if (start == above || source[start] != '#' || source.substr(start).starts_with("#!")) break;
    begin = start;
  }
}

bool TargetModel::is_local(const Use& use, std::string_view name, python::Span inside,
                           bool* is_global) const {
  const auto found = stores_.find(name);
  if (found == stores_.end()) return false;
  bool is_local = false;
  for (const std::uint32_t index : found->second) {
    const Use& store = facts().uses[index];
    if (!inside.contains(store.span)) continue;
    const std::uint32_t scope = python::scope_of(facts(), store.block);
    if (scope == 0) continue;
    if (facts().blocks[scope].kind == python::BlockKind::kClass &&
        python::scope_of(facts(), use.block) != scope)
      continue;
    std::uint32_t at = use.block;
    while (at != scope && at != 0) at = facts().blocks[at].parent;
    if (at != scope) continue;
    if (is_in_global_statement(file_.source, store.span.begin)) {
      *is_global = true;
      return false;
    }
    is_local = true;
  }
  return is_local;
}

void TargetModel::find_needs(Definition& definition) const {
  const python::Span inside = definition.text;
  for (const Use& use : facts().uses) {
    if (!inside.contains(use.span)) continue;
    const std::string name(first_of(facts().text(use.text)));
    if (name == definition.name || !by_name_.contains(name)) continue;
    bool is_global = false;
    if (is_local(use, name, inside, &is_global)) continue;
    // The names a statement at module level binds are no needs of it.
    if (use.is_store && !python::in_function(facts(), use.block) && !is_global) continue;
    definition.needs.push_back(name);
    if (use.is_store && is_global) definition.writes.push_back(name);
  }
  for (std::vector<std::string>* names : {&definition.needs, &definition.writes}) {
    std::sort(names->begin(), names->end());
    names->erase(std::unique(names->begin(), names->end()), names->end());
  }
}

}  // namespace gp::plan
