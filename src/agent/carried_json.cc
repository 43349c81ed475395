#include "agent/carried_json.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "agent/utf8.h"
#include "protocol/json.h"
#include "protocol/json_writer.h"

namespace gp::agent {
namespace {

using simdjson::dom::element_type;

// Of valid JSON.
std::size_t depth_of(std::string_view json) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

// A parser of its own: carried values are rare, and a parser kept per run would cost tens of
// kilobytes each.
std::optional<element_type> type_of(std::string_view json) {
  protocol::JsonParser parser;
  auto element = parser.parse(json);
  if (!element || depth_of(json) > kCarriedDepthMax) return std::nullopt;
  return element.value().type();
}

// Line ends stand only between the tokens of valid JSON, and an event must fit one SSE data line.
std::string on_one_line(std::string json) {
  std::replace_if(
      json.begin(), json.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return json;
}

std::string as_string(std::string text) {
  std::string out;
  protocol::append_json_string(out, replace_invalid_utf8(std::move(text)));
  return out;
}

}  // namespace

std::string carry_json(std::string text) {
  if (text.empty()) return text;
  return type_of(text) ? on_one_line(std::move(text)) : as_string(std::move(text));
}

std::string carry_arguments(std::string text) {
  if (text.empty()) return text;
  const auto type = type_of(text);
  const bool allowed = type == element_type::OBJECT || type == element_type::STRING;
  return allowed ? on_one_line(std::move(text)) : as_string(std::move(text));
}

std::string carry_object(std::string text) {
  if (text.empty() || type_of(text) != element_type::OBJECT) return {};
  return on_one_line(std::move(text));
}

}  // namespace gp::agent
