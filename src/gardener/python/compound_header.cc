#include "gardener/python/compound_header.h"

namespace gp::python {
namespace {

BlockKind kind_of(Keyword keyword) {
  switch (keyword) {
    case Keyword::kDef: return BlockKind::kFunction;
    case Keyword::kClass: return BlockKind::kClass;
    case Keyword::kIf: return BlockKind::kIf;
    case Keyword::kElif: return BlockKind::kElif;
    case Keyword::kElse: return BlockKind::kElse;
    case Keyword::kTry: return BlockKind::kTry;
    case Keyword::kExcept: return BlockKind::kExcept;
    case Keyword::kFinally: return BlockKind::kFinally;
    case Keyword::kWith: return BlockKind::kWith;
    case Keyword::kFor: return BlockKind::kFor;
    case Keyword::kWhile: return BlockKind::kWhile;
    default: return BlockKind::kModule;
  }
}

// match and case are names unless the line is shaped like the statement: a simple statement never
// ends with ':', and nothing but case stands directly in a match.
BlockKind soft_kind(ScanContext& context, Tokens line, BlockKind around) {
  if (line.size() < 3) return BlockKind::kModule;
  if (around == BlockKind::kMatch && context.is(line.front(), "case")) return BlockKind::kCase;
  if (line.back().kind != ':' || !context.is(line.front(), "match")) return BlockKind::kModule;
  context.problems.needs_version(line.front().line, 10, "a match statement");
  return BlockKind::kMatch;
}

// The type parameters of PEP 695 at `at`.
void check_type_parameters(ScanContext& context, Tokens line, std::size_t at) {
  if (at >= line.size() || line[at].kind != '[') return;
  context.problems.needs_version(line[at].line, 12, "type parameters");
  const Tokens inside = line.subspan(at + 1, matching(line, at) - at - 1);
  if (find_outside(context, inside, 0, '=') < inside.size())
    context.problems.needs_version(line[at].line, 13, "a default of a type parameter");
}

void check_except(ScanContext& context, Tokens header) {
  if (header.size() > 1 && header[1].kind == '*')
    context.problems.needs_version(header.front().line, 11, "except*");
  if (find_outside(context, header, 0, ',') < header.size())
    context.problems.needs_version(header.front().line, 14,
                                   "several exceptions in an except without parentheses");
}

}  // namespace

CompoundHeader compound_header(ScanContext& context, Tokens line, BlockKind around) {
  CompoundHeader header;
  std::size_t at = 0;
  Keyword keyword = context.keyword(line[0]);
  const bool is_async = keyword == Keyword::kAsync && line.size() > 1;
  if (is_async) keyword = context.keyword(line[++at]);
  const BlockKind kind =
      keyword == Keyword::kNotOne ? soft_kind(context, line, around) : kind_of(keyword);
  if (kind == BlockKind::kModule) return header;
  header.colon = kind == BlockKind::kMatch ? line.size() - 1 : find_outside(context, line, at, ':');
  if (header.colon >= line.size()) {
    header.colon = line.size() - 1;
    if (line.back().kind != ':') {
      context.problems.syntax(line.front().line, "a compound statement without its ':'");
      return header;
    }
  }
  if (kind == BlockKind::kFunction || kind == BlockKind::kClass) {
    if (at + 1 >= header.colon || !context.is_identifier(line[at + 1])) {
      context.problems.syntax(line.front().line, "a def or class without a name");
      return header;
    }
    header.name = at + 1;
    check_type_parameters(context, line.first(header.colon), header.name + 1);
  }
  if (kind == BlockKind::kExcept) check_except(context, line.first(header.colon));
  header.kind = kind == BlockKind::kFunction && is_async ? BlockKind::kAsyncFunction : kind;
  return header;
}

bool is_type_alias(const ScanContext& context, Tokens statement) {
  return statement.size() > 3 && context.is(statement[0], "type") &&
         context.is_identifier(statement[1]) &&
         (statement[2].kind == '=' || statement[2].kind == '[');
}

void check_type_alias(ScanContext& context, Tokens statement) {
  context.problems.needs_version(statement.front().line, 12, "a type statement");
  check_type_parameters(context, statement, 2);
}

}  // namespace gp::python
