#include "gardener/python/lazy_globals.h"

namespace gp::python {

bool names_lock(const ScanContext& context, Tokens header) {
  for (const Token& token : header) {
    if (token.kind != kName) continue;
    const std::string_view text = context.text(token);
    for (std::size_t i = 0; i + 4 <= text.size(); ++i)
      if ((text[i] | 0x20) == 'l' && (text[i + 1] | 0x20) == 'o' && (text[i + 2] | 0x20) == 'c' &&
          (text[i + 3] | 0x20) == 'k')
        return true;
  }
  return false;
}

bool LazyGlobals::is_open(std::size_t frame, std::uint32_t block) const {
  return frame < blocks_.frames().size() && blocks_.frames()[frame].block == block;
}

bool LazyGlobals::active() {
  while (!names_.empty() && !is_open(names_.back().function, names_.back().block)) {
    const Name& name = names_.back();
    if (name.outer == kNoName) {
      innermost_.erase(context_.text(name.span));
    } else {
      innermost_[context_.text(name.span)] = name.outer;
    }
    names_.pop_back();
  }
  return !names_.empty() && names_.back().function == blocks_.top().function;
}

// The entry of the innermost function's global of that name.
LazyGlobals::Name* LazyGlobals::find(const Token& token) {
  const auto found = innermost_.find(context_.text(token));
  if (found == innermost_.end()) return nullptr;
  Name& name = names_[found->second];
  return name.function == blocks_.top().function ? &name : nullptr;
}

void LazyGlobals::global(Tokens tokens) {
  if (!blocks_.in_function()) return;
  active();  // drops the names of closed functions
  for (const Token& token : tokens.subspan(1)) {
    if (!context_.is_identifier(token) || find(token) != nullptr) continue;
    Name name;
    name.span = span_of(token);
    name.function = blocks_.top().function;
    name.block = blocks_.frames()[name.function].block;
    const auto [place, is_new] = innermost_.try_emplace(context_.text(token), names_.size());
    if (!is_new) {
      name.outer = place->second;
      place->second = names_.size();
    }
    names_.push_back(name);
  }
}

// Is the name at `at` compared with None, or negated as a whole?
bool LazyGlobals::is_tested(Tokens header, std::size_t at) const {
  if (at + 2 < header.size() && context_.keyword(header[at + 1]) == Keyword::kIs &&
      context_.keyword(header[at + 2]) == Keyword::kNoneValue)
    return true;
  const bool is_whole = at + 1 == header.size() || header[at + 1].kind == ')' ||
                        context_.keyword(header[at + 1]) == Keyword::kAnd ||
                        context_.keyword(header[at + 1]) == Keyword::kOr;
  return is_whole && context_.keyword(header[at - 1]) == Keyword::kNot;
}

void LazyGlobals::test(Tokens header) {
  for (std::size_t at = 1; at < header.size(); ++at) {
    if (header[at].kind != kName || header[at - 1].kind == '.' || !is_tested(header, at)) continue;
    Name* name = find(header[at]);
    if (name == nullptr || (name->test_block != kNone && is_open(name->test, name->test_block)))
      continue;
    name->test = blocks_.frames().size() - 1;
    name->test_block = blocks_.block();
    name->test_line = header.front().line;
  }
}

bool LazyGlobals::is_locked(const Name& name) const {
  for (std::size_t i = name.function; i < blocks_.frames().size(); ++i)
    if (blocks_.frames()[i].names_lock) return true;
  return false;
}

void LazyGlobals::assignment(Tokens tokens, const Assignment& assignment) {
  if (assignment.first_equal == tokens.size()) return;
  visit_assigned_names(context_, tokens, assignment, [&](const Token& target, bool) {
    Name* name = find(target);
    if (name == nullptr || name->test_block == kNone || !is_open(name->test, name->test_block))
      return;
    std::vector<LazyGlobal>& facts = context_.facts.lazy_globals;
    if (name->fact == kNone) {
      name->fact = static_cast<std::uint32_t>(facts.size());
      facts.push_back({context_.intern(target), name->block, name->test_line, true});
    }
    facts[name->fact].locked = facts[name->fact].locked && is_locked(*name);
  });
}

}  // namespace gp::python
