#include "config/setting_kinds.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "base/byte_size.h"
#include "base/ip_address.h"
#include "config/duration_text.h"
#include "config/url_check.h"

namespace gp::config::kinds {
namespace {

constexpr std::size_t kOriginsMax = 256;
constexpr std::size_t kPairsMax = 255;
constexpr std::size_t kNetworksMax = 256;

constexpr std::array<std::string_view, 3> kDemoNames{"auto", "on", "off"};
constexpr std::array<std::string_view, 2> kDurabilityNames{"process", "power"};
constexpr std::array<std::string_view, 2> kSwitchNames{"off", "on"};
constexpr std::array<std::string_view, 3> kForwardedNames{"off", "x-forwarded-for", "forwarded"};
constexpr std::array<std::string_view, 2> kLeastTlsNames{"1.2", "1.3"};
constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warning", "error"};

bool is_text(const RawValue& raw) {
  return raw.form == RawValue::Form::kUntyped || raw.form == RawValue::Form::kString;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::optional<std::size_t> not_negative(std::int64_t integer) {
  if (integer < 0) return std::nullopt;
  return static_cast<std::size_t>(integer);
}

template <class Enum>
std::optional<Enum> read_choice(const RawValue& raw, std::span<const std::string_view> names) {
  if (!is_text(raw)) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), raw.text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

template <class Enum>
std::string write_choice(Enum value, std::span<const std::string_view> names) {
  return quote_toml(names[static_cast<std::size_t>(value)]);
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

/// A list as written: of the file, or with commas.
std::optional<std::vector<std::string>> read_list(const RawValue& raw) {
  if (raw.form == RawValue::Form::kUntyped) return split_at_commas(raw.text);
  if (raw.form == RawValue::Form::kStrings) return raw.strings;
  return std::nullopt;
}

std::string write_list(const std::vector<std::string>& value) {
  std::string list = "[";
  for (const std::string& item : value) {
    if (list.size() > 1) list.append(", ");
    list.append(quote_toml(item));
  }
  return list + "]";
}

}  // namespace

std::optional<std::string> Text::read(const RawValue& raw) {
  if (!is_text(raw) || std::any_of(raw.text.begin(), raw.text.end(), is_control))
    return std::nullopt;
  return raw.text;
}
std::string Text::write(const std::string& value) { return quote_toml(value); }

std::optional<Duration> Time::read(const RawValue& raw) {
  return is_text(raw) ? parse_duration(raw.text) : std::nullopt;
}
std::string Time::write(Duration value) { return quote_toml(format_duration(value)); }

std::optional<std::size_t> Bytes::read(const RawValue& raw) {
  if (raw.form == RawValue::Form::kInteger) return not_negative(raw.integer);
  return is_text(raw) ? parse_byte_size(raw.text) : std::nullopt;
}
std::string Bytes::write(std::size_t value) { return quote_toml(format_byte_size(value)); }

std::optional<std::size_t> Count::read(const RawValue& raw) {
  if (raw.form == RawValue::Form::kInteger) return not_negative(raw.integer);
  if (raw.form != RawValue::Form::kUntyped) return std::nullopt;
  std::size_t number = 0;
  const char* const end = raw.text.data() + raw.text.size();
  const auto [stopped, error] = std::from_chars(raw.text.data(), end, number);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}
std::string Count::write(std::size_t value) { return std::to_string(value); }

std::optional<ListenAddress> Address::read(const RawValue& raw) {
  return is_text(raw) ? parse_listen_address(raw.text) : std::nullopt;
}
std::string Address::write(const ListenAddress& value) { return quote_toml(to_string(value)); }

std::optional<std::vector<std::string>> Origins::read(const RawValue& raw) {
  auto origins = read_list(raw);
  const auto is_origin = [](const std::string& origin) { return origin_problem(origin).empty(); };
  if (!origins || origins->size() > kOriginsMax ||
      !std::all_of(origins->begin(), origins->end(), is_origin))
    return std::nullopt;
  return origins;
}
std::string Origins::write(const std::vector<std::string>& value) { return write_list(value); }

std::optional<Networks::Value> Networks::read(const RawValue& raw) {
  auto list = read_list(raw);
  const auto is_network = [](const std::string& text) {
    return IpNetwork::parse(text).has_value();
  };
  if (!list || list->size() > kNetworksMax || !std::all_of(list->begin(), list->end(), is_network))
    return std::nullopt;
  return list;
}
std::string Networks::write(const Value& value) { return write_list(value); }

std::optional<ForwardedHeader> Forwarding::read(const RawValue& raw) {
  return read_choice<ForwardedHeader>(raw, kForwardedNames);
}
std::string Forwarding::write(ForwardedHeader value) {
  return write_choice(value, kForwardedNames);
}

std::optional<PathPairs::Value> PathPairs::read(const RawValue& raw) {
  const auto list = read_list(raw);
  if (!list || list->size() > kPairsMax) return std::nullopt;
  Value pairs;
  for (const std::string& item : *list) {
    const std::size_t colon = item.find(':');
    if (std::any_of(item.begin(), item.end(), is_control) || colon == item.npos || colon == 0 ||
        colon + 1 == item.size() || item.find(':', colon + 1) != item.npos ||
        item.find(',') != item.npos)
      return std::nullopt;
    pairs.emplace_back(item.substr(0, colon), item.substr(colon + 1));
  }
  return pairs;
}
std::string PathPairs::write(const Value& value) {
  std::vector<std::string> list;
  for (const auto& [first, second] : value) list.push_back(first + ":" + second);
  return write_list(list);
}

std::optional<LeastTls> TlsFrom::read(const RawValue& raw) {
  return read_choice<LeastTls>(raw, kLeastTlsNames);
}
std::string TlsFrom::write(LeastTls value) { return write_choice(value, kLeastTlsNames); }

std::optional<DemoMode> Demo::read(const RawValue& raw) {
  return read_choice<DemoMode>(raw, kDemoNames);
}
std::string Demo::write(DemoMode value) { return write_choice(value, kDemoNames); }

std::optional<Durability> Survives::read(const RawValue& raw) {
  return read_choice<Durability>(raw, kDurabilityNames);
}
std::string Survives::write(Durability value) { return write_choice(value, kDurabilityNames); }

std::optional<Switch> OnOff::read(const RawValue& raw) {
  return read_choice<Switch>(raw, kSwitchNames);
}
std::string OnOff::write(Switch value) { return write_choice(value, kSwitchNames); }

std::optional<LogLevel> Level::read(const RawValue& raw) {
  return read_choice<LogLevel>(raw, kLevelNames);
}
std::string Level::write(LogLevel value) { return write_choice(value, kLevelNames); }

}  // namespace gp::config::kinds
