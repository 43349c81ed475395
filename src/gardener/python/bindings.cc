#include "gardener/python/bindings.h"

#include <algorithm>

namespace gp::python {

Assignment find_assignment(const ScanContext& context, Tokens tokens) {
  Assignment found{tokens.size(), tokens.size(), tokens.size()};
  if (context.keyword(tokens.front()) != Keyword::kNotOne) return found;
  std::uint32_t depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const TokenKind kind = tokens[i].kind;
    if (is_open(kind)) {
      ++depth;
    } else if (is_close(kind)) {
      if (depth > 0) --depth;
    } else if (depth > 0) {
      continue;
    } else if (kind == '=') {
      if (found.first_equal == tokens.size()) found.first_equal = i;
      found.last_equal = i;
    } else if (kind == ':') {
      if (found.annotation != tokens.size() || found.first_equal != tokens.size()) break;
      found.annotation = i;
    } else if (kind == kName && context.is(tokens[i], "lambda")) {
      if (found.first_equal != tokens.size() || found.annotation == tokens.size()) break;
      i = find_outside(context, tokens, i + 1, ':');
    }
  }
  return found;
}

Binding& Bindings::add(const Token& name, BindingKind kind, Span definition) {
  Binding binding;
  binding.name = context_.intern(name);
  binding.kind = kind;
  binding.owner = blocks_.top().class_binding;
  binding.block = blocks_.block();
  binding.line = name.line;
  binding.name_span = span_of(name);
  binding.definition = definition;
  if (blocks_.at_module_level() && context_.text(binding.name_span) == "__getattr__")
    context_.facts.has_getattr = true;
  context_.facts.bindings.push_back(binding);
  return context_.facts.bindings.back();
}

void Bindings::decorator(Tokens tokens, const RollingHash& before) {
  if (!has_decorators()) {
    decorators_begin_ = tokens.front().begin;
    first_decorator_ = static_cast<std::uint32_t>(context_.facts.decorators.size());
    decorators_start_ = before;
  }
  if (!blocks_.binds_public_names()) return;
  const std::size_t end = dotted_end(context_, tokens, 1);
  const bool is_dotted =
      end > 1 && (end == tokens.size() ||
                  (tokens[end].kind == '(' && matching(tokens, end) + 1 == tokens.size()));
  context_.facts.decorators.push_back(is_dotted ? context_.intern(tokens.subspan(1, end - 1))
                                                : TextRef{});
}

void Bindings::forget_decorators() {
  if (has_decorators()) context_.facts.decorators.resize(first_decorator_);
  decorators_begin_ = kNone;
}

std::uint32_t Bindings::definition(Tokens tokens, std::size_t name, BindingKind kind,
                                   std::uint32_t begin, std::uint32_t own_block) {
  const bool decorated = has_decorators();
  decorators_begin_ = kNone;
  if (!blocks_.binds_public_names()) return kNone;
  ModuleFacts& facts = context_.facts;
  const auto index = static_cast<std::uint32_t>(facts.bindings.size());
  Binding& binding = add(tokens[name], kind, {begin, tokens.back().end});
  binding.own_block = own_block;
  binding.first_decorator =
      decorated ? first_decorator_ : static_cast<std::uint32_t>(facts.decorators.size());
  binding.decorator_count =
      static_cast<std::uint32_t>(facts.decorators.size()) - binding.first_decorator;
  std::size_t open = name + 1;
  if (open < tokens.size() && tokens[open].kind == '[') open = matching(tokens, open) + 1;
  Tokens inside;
  if (open < tokens.size() && tokens[open].kind == '(')
    inside = tokens.subspan(open + 1, matching(tokens, open) - open - 1);
  if (kind == BindingKind::kClass) {
    bases(inside, binding);
  } else {
    parameters(inside, binding);
  }
  return index;
}

void Bindings::parameters(Tokens tokens, Binding& binding) {
  std::vector<Parameter>& all = context_.facts.parameters;
  binding.first_parameter = static_cast<std::uint32_t>(all.size());
  ParameterKind kind = ParameterKind::kNormal;
  for (std::size_t at = 0; at < tokens.size();) {
    const std::size_t end = find_outside(context_, tokens, at, ',');
    const TokenKind first = tokens[at].kind;
    if (first == '/') {
      const std::size_t own = binding.first_parameter;
      if (own < all.size() && all[own].kind == ParameterKind::kPositionalOnly)
        break;  // a second one
      for (std::size_t i = binding.first_parameter; i < all.size(); ++i)
        all[i].kind = ParameterKind::kPositionalOnly;
    } else {
      Parameter parameter{{}, kind, false};
      if (first == '*') {
        kind = ParameterKind::kKeywordOnly;
        parameter.kind = ParameterKind::kVarPositional;
      } else if (first == kDoubleStar) {
        parameter.kind = ParameterKind::kVarKeyword;
      }
      const std::size_t name = at + (first == '*' || first == kDoubleStar ? 1 : 0);
      if (name < end && context_.is_identifier(tokens[name])) {
        const Tokens one = tokens.subspan(name, end - name);
        parameter.name = context_.intern(tokens[name]);
        parameter.has_default = find_outside(context_, one, 0, '=') < one.size();
        all.push_back(parameter);
      }
    }
    at = end + 1;
  }
  binding.parameter_count = static_cast<std::uint32_t>(all.size()) - binding.first_parameter;
}

void Bindings::bases(Tokens tokens, Binding& binding) {
  std::vector<TextRef>& all = context_.facts.bases;
  binding.first_base = static_cast<std::uint32_t>(all.size());
  for (std::size_t at = 0; at < tokens.size();) {
    const std::size_t end = find_outside(context_, tokens, at, ',');
    const bool is_keyword = at + 1 < end && tokens[at + 1].kind == '=';
    if (end > at && !is_keyword && tokens[at].kind != kDoubleStar) {
      const bool is_dotted = dotted_end(context_, tokens, at) == end;
      all.push_back(is_dotted ? context_.intern(tokens.subspan(at, end - at)) : TextRef{});
    }
    at = end + 1;
  }
  binding.base_count = static_cast<std::uint32_t>(all.size()) - binding.first_base;
}

void Bindings::assignment(Tokens tokens, const Assignment& assignment) {
  if (assignment.first_equal == tokens.size()) return;
  const std::size_t value = assignment.last_equal + 1;
  TextRef alias_of;
  if (value < tokens.size() && dotted_end(context_, tokens, value) == tokens.size())
    alias_of = context_.intern(tokens.subspan(value));
  visit_assigned_names(context_, tokens, assignment, [&](const Token& name, bool is_whole_target) {
    Binding& binding = add(name, BindingKind::kAssignment, span_of(tokens));
    if (is_whole_target) binding.alias_of = alias_of;
  });
}

void Bindings::imported(std::uint32_t first, std::uint32_t end, Span statement) {
  const ModuleFacts& facts = context_.facts;
  for (std::uint32_t i = first; i < end; ++i) {
    const ImportedName& name = facts.names[i];
    Span span = name.alias.empty() ? name.name_span : name.alias_span;
    const std::string_view text = context_.text(span);
    if (text == "*") continue;
    if (name.alias.empty())  // `import a.b` binds a
      span.end = span.begin +
                 static_cast<std::uint32_t>(std::min(text.find_first_of(". \t\f\\"), text.size()));
    Token token;
    token.begin = span.begin;
    token.end = span.end;
    token.line = name.line;
    add(token, BindingKind::kImport, statement).imported_name = i;
  }
}

void Bindings::walrus(Tokens tokens) {
  for (std::size_t i = 1; i < tokens.size(); ++i)
    if (tokens[i].kind == kWalrus && context_.is_identifier(tokens[i - 1]))
      add(tokens[i - 1], BindingKind::kAssignment, span_of(tokens));
}

void Bindings::type_alias(Tokens tokens) {
  add(tokens[1], BindingKind::kAssignment, span_of(tokens));
}

void Bindings::header(BlockKind kind, Tokens tokens) {
  walrus(tokens);
  if (kind == BlockKind::kWith) with_targets(tokens);
  if (kind == BlockKind::kCase)
    visit_captures(context_, tokens.subspan(1), [&](const Token& name) {
      add(name, BindingKind::kAssignment, span_of(tokens));
    });
  if (kind != BlockKind::kFor) return;
  const std::size_t begin = context_.is(tokens.front(), "async") ? 2 : 1;
  std::size_t end = begin;
  for (; end < tokens.size() && context_.keyword(tokens[end]) != Keyword::kIn; ++end)
    if (is_open(tokens[end].kind)) end = std::min(matching(tokens, end), tokens.size() - 1);
  visit_bound_names(
      context_, tokens.subspan(begin, std::max(end, begin) - begin),
      [&](const Token& name) { add(name, BindingKind::kAssignment, span_of(tokens)); });
}

// Behind every `as` that is not inside a call or display: up to ',' or the closing bracket.
void Bindings::with_targets(Tokens tokens) {
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (context_.keyword(tokens[i]) != Keyword::kAs) continue;
    std::size_t end = i + 1;
    for (; end < tokens.size() && tokens[end].kind != ',' && !is_close(tokens[end].kind); ++end)
      if (is_open(tokens[end].kind)) end = std::min(matching(tokens, end), tokens.size() - 1);
    visit_bound_names(context_, tokens.subspan(i + 1, end - i - 1), [&](const Token& name) {
      add(name, BindingKind::kAssignment, span_of(tokens));
    });
    i = end - 1;
  }
}

}  // namespace gp::python
