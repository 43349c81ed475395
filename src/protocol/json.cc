#include "protocol/json.h"

namespace gp::protocol {

Result<simdjson::dom::element> JsonParser::parse(std::string_view text) {
  if (parser_.max_depth() != kDepthMax) {
    if (parser_.allocate(std::max<std::size_t>(text.size(), 4096), kDepthMax) != simdjson::SUCCESS)
      return fail(Code::internal, "no memory for the JSON parser");
  }
  simdjson::dom::element element;
  const simdjson::error_code error = parser_.parse(text.data(), text.size()).get(element);
  if (error != simdjson::SUCCESS)
    return fail(Code::invalid_json, std::string("not JSON: ") + simdjson::error_message(error));
  return element;
}

Result<simdjson::dom::object> JsonParser::parse_object(std::string_view text) {
  GP_TRY(auto element, parse(text));
  simdjson::dom::object object;
  if (element.get(object) != simdjson::SUCCESS)
    return fail(Code::invalid_json, "not a JSON object");
  return object;
}

bool is_utf8(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

std::optional<std::string_view> string_member(const simdjson::dom::object& object,
                                              std::string_view name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

std::string raw_member(const simdjson::dom::object& object, std::string_view name) {
  simdjson::dom::element element;
  if (object[name].get(element) != simdjson::SUCCESS) return {};
  return simdjson::minify(element);
}

}  // namespace gp::protocol
