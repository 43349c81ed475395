/// What the bytes of a source say before any token: BOM, encoding cookie (PEP 263), UTF-8, NUL.
///
/// Encodings that agree with ASCII below 0x80 are scanned as bytes; for others the facts are worth
/// nothing and a problem says so.
#pragma once

#include <cstdint>
#include <string_view>

#include "gardener/python/problem_list.h"

namespace gp::python {

struct SourceBytes {
  std::uint32_t begin = 0;  ///< behind the BOM
  bool has_carriage_return = false;
};

/// `source` must not be empty.
SourceBytes read_source_bytes(std::string_view source, ProblemList& problems);

/// The encoding named in the first two lines; empty if there is none.
std::string_view encoding_cookie(std::string_view source);

}  // namespace gp::python
