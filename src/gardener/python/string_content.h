/// What a string token says: its content's place, and whether a docstring speaks of deprecation.
#pragma once

#include "gardener/python/scan_context.h"

namespace gp::python {

/// Between the quotes.
inline Span content_of(const Token& token) {
  const std::uint32_t quotes = (token.flags & kTriple) != 0 ? 3 : 1;
  const std::uint32_t begin = token.begin + token.prefix + quotes;
  const std::uint32_t closing = (token.flags & kUnterminated) != 0 ? 0 : quotes;
  return {begin, token.end < begin + closing ? begin : token.end - closing};
}

/// The strings of a statement that is only a string (docstring shape; brackets around it are
/// allowed); empty if it is anything else, or if a piece is bytes or has fields.
Tokens only_strings(Tokens statement);

/// True if the word "deprecated" stands in the text, in any case, unless in every place
/// it is negated (the word before is not, non, never, or "no longer") or an indented directive, of
/// something inside.
bool says_deprecated(std::string_view text);

}  // namespace gp::python
