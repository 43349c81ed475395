#include "gardener/python/module_scanner.h"

#include "gardener/python/dunder_all.h"
#include "gardener/python/encoding.h"
#include "gardener/python/import_statement.h"
#include "gardener/python/module_effects.h"
#include "gardener/python/string_content.h"

namespace gp::python {
namespace {

BindingKind binding_kind(BlockKind kind) {
  if (kind == BlockKind::kClass) return BindingKind::kClass;
  return kind == BlockKind::kAsyncFunction ? BindingKind::kAsyncFunction : BindingKind::kFunction;
}

// `TYPE_CHECKING` or `typing.TYPE_CHECKING`, under any name of the module.
bool is_type_checking(const ScanContext& context, Tokens test) {
  return !test.empty() && context.is(test.back(), "TYPE_CHECKING") &&
         dotted_end(context, test, 0) == test.size();
}

}  // namespace

ModuleScanner::ModuleScanner(std::string_view source, Detail detail, ModuleFacts& facts)
    : detail_(detail),
      facts_(facts),
      problems_(facts.problems),
      arena_(facts.arena),
      context_{source, facts, arena_, problems_},
      lexer_(make_lexer(source)),
      blocks_(facts, problems_),
      bindings_(context_, blocks_),
      lazy_globals_(context_, blocks_),
      deprecations_(context_),
      expressions_(context_, blocks_, lexer_) {}

Lexer ModuleScanner::make_lexer(std::string_view source) {
  const SourceBytes bytes = read_source_bytes(source, problems_);
  const bool all = detail_ == Detail::kAll;
  return {source,
          bytes.begin,
          {bytes.has_carriage_return, all, all ? &facts_.comments : nullptr},
          problems_};
}

void ModuleScanner::run() {
  while (lexer_.begin_line()) {
    blocks_.align(lexer_.indentation(), lexer_.line(), lexer_.hash());
    line_start_ = lexer_.hash();
    lexer_.lex_line();
    if (!lexer_.tokens().empty()) logical_line(lexer_.tokens());
  }
  if (bindings_.has_decorators())
    problems_.syntax(lexer_.line(), "a decorator without a def or class");
  blocks_.close_all(lexer_.hash());
  const char last = context_.source.back();
  facts_.line_count = lexer_.line() - (last == '\n' || last == '\r' ? 1 : 0);
  problems_.finish();
}

void ModuleScanner::logical_line(Tokens line) {
  if (line.front().kind == '@') {
    bindings_.decorator(line, line_start_);
    if (deprecations_.possible()) deprecations_.statement(line, blocks_.block());
    if (detail_ == Detail::kAll) expressions_.decorator(line);
    return;
  }
  const CompoundHeader header =
      compound_header(context_, line, facts_.blocks[blocks_.block()].kind);
  if (bindings_.has_decorators() && header.name == 0) {
    problems_.syntax(line.front().line, "a decorator without a def or class");
    bindings_.forget_decorators();
  }
  if (header) {
    compound(line, header);
  } else {
    simple_statements(line, false);
  }
}

void ModuleScanner::compound(Tokens line, const CompoundHeader& header) {
  const Tokens before_colon = line.first(header.colon);
  const Tokens behind_colon = line.subspan(header.colon + 1);
  const std::uint32_t begin =
      bindings_.has_decorators() ? bindings_.decorators_begin() : line.front().begin;
  const RollingHash start = bindings_.definition_start(line_start_);
  const auto own_block = static_cast<std::uint32_t>(facts_.blocks.size());
  std::uint32_t binding = kNone;
  if (header.name != 0) {
    binding = bindings_.definition(before_colon, header.name, binding_kind(header.kind), begin,
                                   own_block);
  } else if (blocks_.binds_public_names()) {
    bindings_.header(header.kind, before_colon);
  }
  if (detail_ == Detail::kAll) expressions_.header(header, before_colon);
  if (deprecations_.possible()) deprecations_.statement(before_colon, blocks_.block());

  BlockTracker::Header opened;
  opened.kind = header.kind;
  opened.line = line.front().line;
  opened.begin = begin;
  opened.span = {line.front().begin, before_colon.back().end};
  if (header.name != 0) opened.name = span_of(line[header.name]);
  opened.one_line = !behind_colon.empty();
  BlockTracker::Frame& frame = blocks_.open(opened);
  frame.binding = binding;
  frame.start = start;
  if (header.kind == BlockKind::kIf || header.kind == BlockKind::kElif)
    facts_.blocks[own_block].is_type_checking = is_type_checking(context_, before_colon.subspan(1));
  if (header.kind == BlockKind::kClass && binding != kNone) frame.class_binding = binding;
  if (header.kind == BlockKind::kWith && blocks_.in_function())
    frame.names_lock = names_lock(context_, before_colon);
  if ((header.kind == BlockKind::kIf || header.kind == BlockKind::kElif) && lazy_globals_.active())
    lazy_globals_.test(before_colon);
  if (behind_colon.empty()) return;
  simple_statements(behind_colon, true);
  blocks_.close(lexer_.hash());
}

void ModuleScanner::simple_statements(Tokens tokens, bool behind_colon) {
  if (!lexer_.has_semicolon()) {
    simple_statement(tokens, behind_colon);
    return;
  }
  std::size_t begin = 0;
  while (begin < tokens.size()) {
    std::size_t end = begin;
    std::uint32_t depth = 0;
    for (; end < tokens.size(); ++end) {
      const TokenKind kind = tokens[end].kind;
      if (is_open(kind)) ++depth;
      if (is_close(kind) && depth > 0) --depth;
      if (kind == ';' && depth == 0) break;
    }
    const bool shares_line = behind_colon || begin > 0 || end + 1 < tokens.size();
    if (end > begin) {
      simple_statement(tokens.subspan(begin, end - begin), shares_line);
      if (end < tokens.size()) blocks_.end_separator(tokens[end].end);
    } else {
      problems_.syntax(tokens[begin].line, "a ';' without a statement before it");
    }
    begin = end + 1;
  }
}

void ModuleScanner::simple_statement(Tokens tokens, bool shares_line) {
  const std::uint32_t index = blocks_.begin_statement(tokens.front().begin);
  blocks_.end_statement(tokens.back().end);
  const Keyword keyword = context_.keyword(tokens.front());
  if (keyword == Keyword::kImport || keyword == Keyword::kFrom) {
    imports(tokens, index, shares_line);
    return;
  }
  if (index == 0 && docstring(tokens)) return;
  if (is_type_alias(context_, tokens)) check_type_alias(context_, tokens);
  if (keyword == Keyword::kGlobal) lazy_globals_.global(tokens);
  read_module_effects(context_, tokens, keyword, blocks_);
  names(tokens);
  if (deprecations_.possible()) deprecations_.statement(tokens, blocks_.block());
  if (detail_ == Detail::kAll) expressions_.statement(tokens);
}

void ModuleScanner::imports(Tokens tokens, std::uint32_t index, bool shares_line) {
  const auto first = static_cast<std::uint32_t>(facts_.names.size());
  read_import(context_, tokens, {blocks_.block(), index, shares_line, lexer_.has_comment()});
  const auto end = static_cast<std::uint32_t>(facts_.names.size());
  if (deprecations_.possible()) deprecations_.imported(first, end);
  if (blocks_.binds_public_names()) bindings_.imported(first, end, span_of(tokens));
}

void ModuleScanner::names(Tokens tokens) {
  const bool is_public = blocks_.binds_public_names();
  if (!is_public && !lazy_globals_.active()) return;
  const Assignment assignment = find_assignment(context_, tokens);
  if (!is_public) {
    lazy_globals_.assignment(tokens, assignment);
    return;
  }
  bindings_.walrus(tokens);
  if (is_type_alias(context_, tokens)) {
    bindings_.type_alias(tokens);
    return;
  }
  bindings_.assignment(tokens, assignment);
  if (!blocks_.at_module_level()) return;
  if (context_.is(tokens.front(), "__all__")) read_dunder_all(context_, tokens, blocks_);
}

// The first statement of a module, class or function, if it is only a string.
bool ModuleScanner::docstring(Tokens tokens) {
  if (!is_scope(facts_.blocks[blocks_.block()].kind)) return false;
  const Tokens strings = only_strings(tokens);
  if (strings.empty()) return false;
  if (blocks_.block() == 0) {
    facts_.docstring = span_of(strings);
    for (const Token& token : strings)
      if (says_deprecated(context_.text(content_of(token))))
        facts_.docstring_says_deprecated = true;
  }
  // It does not count for the body's hash: the line is fed again without it.
  lexer_.hash() = line_start_;
  for (const Token& token : lexer_.tokens())
    if (token.begin < tokens.front().begin || token.end > tokens.back().end)
      lexer_.hash().feed(context_.source.data() + token.begin, token.end - token.begin,
                         context_.source.data() + context_.source.size());
  if (lexer_.tokens().size() > tokens.size()) lexer_.hash().feed(std::uint64_t{'\n'});
  if (detail_ == Detail::kAll) expressions_.docstring(strings);
  return true;
}

}  // namespace gp::python
