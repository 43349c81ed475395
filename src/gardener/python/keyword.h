/// The hard keywords of Python 3. match, case, type and _ are names; the statement decides.
#pragma once

#include <cstdint>
#include <string_view>

namespace gp::python {

enum class Keyword : std::uint8_t {
  kNotOne,  ///< an identifier
  kFalse,
  kNoneValue,
  kTrue,
  kAnd,
  kAs,
  kAssert,
  kAsync,
  kAwait,
  kBreak,
  kClass,
  kContinue,
  kDef,
  kDel,
  kElif,
  kElse,
  kExcept,
  kFinally,
  kFor,
  kFrom,
  kGlobal,
  kIf,
  kImport,
  kIn,
  kIs,
  kLambda,
  kNonlocal,
  kNot,
  kOr,
  kPass,
  kRaise,
  kReturn,
  kTry,
  kWhile,
  kWith,
  kYield
};

Keyword keyword_of(std::string_view word);
/// The same; bytes up to `readable_end` may be looked at, which is faster.
Keyword keyword_of(std::string_view word, const char* readable_end);

/// True for a keyword that can only begin or belong to a statement, never to an expression: met
/// inside brackets it proves that a bracket was not closed.
bool is_statement_keyword(Keyword keyword);

/// True for True, False and None.
inline bool is_constant(Keyword keyword) {
  return keyword == Keyword::kFalse || keyword == Keyword::kNoneValue || keyword == Keyword::kTrue;
}

}  // namespace gp::python
