/// Whether a JSON object names a member twice. Parsers differ in which of the two they take, so a
/// token that does is refused (RFC 7515 section 4, RFC 7519 section 4).
#pragma once

#include <simdjson.h>

namespace gp::auth {

/// Top level only. Cost: n log n for n members; n is bounded by kTokenBytesMax.
bool has_duplicate_names(const simdjson::dom::object& object);

}  // namespace gp::auth
