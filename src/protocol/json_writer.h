/// JsonWriter: writes one JSON object or array into a string; commas and escapes are its business.
///
/// Values that are JSON already (payloads, arguments) are spliced with raw(); they must have been
/// validated before (protocol/json.h), because a malformed splice would poison every reader.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace gp::protocol {

/// Appends `text` as a JSON string with quotes. `text` must be UTF-8.
void append_json_string(std::string& out, std::string_view text);
/// Shortest text that reads back as the same double; "null" if not finite.
void append_json_number(std::string& out, double value);

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return shut('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return shut(']'); }

  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  JsonWriter& value(double number);
  JsonWriter& value(std::uint64_t number);
  template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, std::uint64_t>) JsonWriter& value(T number) {
    return signed_value(static_cast<std::int64_t>(number));
  }
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);

  template <class T>
  JsonWriter& field(std::string_view name, const T& content) {
    return key(name).value(content);
  }
  JsonWriter& raw_field(std::string_view name, std::string_view json) {
    return key(name).raw(json);
  }
  /// Nothing at all if `text` is empty.
  JsonWriter& field_unless_empty(std::string_view name, std::string_view text) {
    return text.empty() ? *this : field(name, text);
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& shut(char bracket);
  JsonWriter& signed_value(std::int64_t number);
  void separate();

  std::string& out_;
  bool needs_comma_ = false;
};

}  // namespace gp::protocol
