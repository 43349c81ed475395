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
  while (!names_.empty() && !is_open(names_.back().function, names_.back().block)) names_.pop_back();
  return !names_.empty() && names_.back().function == blocks_.top().function;
}

void LazyGlobals::global(Tokens tokens) {
  if (!blocks_.in_function()) return;
  active();  // drops the names of closed functions
  const std::size_t function = blocks_.top().function;
  for (const Token& token : tokens.subspan(1)) {
    if (!context_.is_identifier(token)) continue;
    Name name;
    name.span = span_of(token);
    name.function = function;
    name.block = blocks_.frames()[function].block;
    names_.push_back(name);
  }
}

bool LazyGlobals::is_tested(Tokens header, std::string_view name) const {
  for (std::size_t i = 1; i < header.size(); ++i) {
    if (!context_.is(header[i], name)) continue;
    if (i + 2 < header.size() && context_.keyword(header[i + 1]) == Keyword::kIs &&
        context_.keyword(header[i + 2]) == Keyword::kNoneValue)
      return true;
    const bool is_whole = i + 1 == header.size() || header[i + 1].kind == ')' ||
                          context_.keyword(header[i + 1]) == Keyword::kAnd ||
                          context_.keyword(header[i + 1]) == Keyword::kOr;
    if (is_whole && context_.keyword(header[i - 1]) == Keyword::kNot) return true;
  }
  return false;
}

void LazyGlobals::test(Tokens header) {
  const std::uint32_t function = blocks_.top().function;
  for (std::size_t i = names_.size(); i-- > 0 && names_[i].function == function;) {
    Name& name = names_[i];
    if (name.test_block != kNone && is_open(name.test, name.test_block)) continue;
    if (!is_tested(header, context_.text(name.span))) continue;
    name.test = blocks_.frames().size() - 1;
    name.test_block = blocks_.block();
    name.test_line = header.front().line;
  }
}

bool LazyGlobals::is_locked(const Name& name) const {
  for (std::size_t i = name.function; i < blocks_.frames().size(); ++i)
    if (blocks_.frames()[i].names_lock) return true;
  return false;
}

void LazyGlobals::assignment(Tokens tokens, const Assignment& assignment) {
  if (assignment.first_equal == tokens.size()) return;
  const std::uint32_t function = blocks_.top().function;
  visit_assigned_names(context_, tokens, assignment, [&](const Token& target, bool) {
    for (std::size_t i = names_.size(); i-- > 0 && names_[i].function == function;) {
      Name& name = names_[i];
      if (name.test_block == kNone || !is_open(name.test, name.test_block) ||
          context_.text(name.span) != context_.text(target))
        continue;
      std::vector<LazyGlobal>& facts = context_.facts.lazy_globals;
      if (name.fact == kNone) {
        name.fact = static_cast<std::uint32_t>(facts.size());
        facts.push_back({context_.intern(target), name.block, name.test_line, true});
      }
      facts[name.fact].locked = facts[name.fact].locked && is_locked(name);
      break;
    }
  });
}

}  // namespace gp::python
