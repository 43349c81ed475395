/// JSON from outside: fully validated by simdjson's DOM parser before anything of it is used or
/// spliced.
///
/// On-demand parsing is not used: it accepts malformed parts that it skips
/// (network_measurements.md, pitfall 5).
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "protocol/codes.h"

namespace gp::protocol {

/// Parses whole documents. Thread: one per core. The element is valid until the next parse.
class JsonParser {
 public:
  /// Deepest nesting accepted.
  static constexpr std::size_t kDepthMax = 64;

  /// Errors: Code::invalid_json with the parser's words.
  Result<simdjson::dom::element> parse(std::string_view text);
  /// As parse, but the document must be an object.
  Result<simdjson::dom::object> parse_object(std::string_view text);

 private:
  simdjson::dom::parser parser_;
};

/// Whether the bytes may stand in a JSON string.
bool is_utf8(std::string_view bytes);

/// The member as a string; nothing if absent or not a string.
std::optional<std::string_view> string_member(const simdjson::dom::object& object,
                                              std::string_view name);
/// The member as minified JSON text; empty if absent.
std::string raw_member(const simdjson::dom::object& object, std::string_view name);

}  // namespace gp::protocol
