#include "config/toml_document.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "config/toml_plus.h"
#include "protocol/codes.h"

namespace gp::config {
namespace {

constexpr std::size_t kParserWordsMax = 200;

std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

std::string_view name_of_type(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list that is not only strings";
    case toml::node_type::floating_point: return "a number with a fraction";
    case toml::node_type::boolean: return "a boolean";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time: return "a date or time";
    default: return "something else";
  }
}

RawValue raw_array(const toml::array& array) {
  RawValue raw{.form = RawValue::Form::kStrings};
  for (const toml::node& item : array) {
    const toml::value<std::string>* text = item.as_string();
    if (text == nullptr)
      return RawValue{.form = RawValue::Form::kOther, .text = std::string(name_of_type(array))};
    raw.text.append(raw.text.empty() ? "[" : ", ").append(quote_toml(text->get()));
    raw.strings.push_back(text->get());
  }
  raw.text.append(raw.text.empty() ? "[]" : "]");
  return raw;
}

RawValue raw_value(const toml::node& node) {
  if (const auto* text = node.as_string())
    return RawValue{.form = RawValue::Form::kString, .text = text->get()};
  if (const auto* integer = node.as_integer())
    return RawValue{.form = RawValue::Form::kInteger,
                    .text = std::to_string(integer->get()),
                    .integer = integer->get()};
  if (const auto* array = node.as_array()) return raw_array(*array);
  return RawValue{.form = RawValue::Form::kOther, .text = std::string(name_of_type(node))};
}

/// The members of `table`, named `prefix` + member.
void append_entries(std::vector<TomlEntry>& entries, const toml::table& table,
                    const std::string& prefix) {
  for (const auto& [key, node] : table)
    entries.push_back({.key = prefix + std::string(key.str()),
                       .value = raw_value(node),
                       .line = key.source().begin.line});
}

TomlTable agent_table(const toml::table& table) {
  TomlTable agent{.line = line_of(table)};
  append_entries(agent.entries, table, "");
  return agent;
}

/// Whether `node` is what [[agent]] makes: a list of tables.
bool is_list_of_tables(const toml::node& node) {
  const toml::array* array = node.as_array();
  return array != nullptr && !array->empty() &&
         std::all_of(array->begin(), array->end(),
                     [](const toml::node& item) { return item.is_table(); });
}

TomlDocument flatten(const toml::table& root) {
  TomlDocument document;
  for (const auto& [key, node] : root) {
    const std::string name(key.str());
    if (name == "agent" && is_list_of_tables(node)) {
      for (const toml::node& item : *node.as_array())
        document.agents.push_back(agent_table(*item.as_table()));
    } else if (const toml::table* table = node.as_table(); table == nullptr) {
      document.entries.push_back(
          {.key = name, .value = raw_value(node), .line = key.source().begin.line});
    } else if (table->empty()) {
      document.empty_sections.push_back({.name = name, .line = line_of(*table)});
    } else {
      append_entries(document.entries, *table, name + ".");
    }
  }
  const auto by_line = [](const TomlEntry& a, const TomlEntry& b) { return a.line < b.line; };
  std::stable_sort(document.entries.begin(), document.entries.end(), by_line);
  return document;
}

}  // namespace

Result<TomlDocument> parse_toml(std::string_view text, std::string_view file_name) {
  if (text.size() > kTomlBytesMax)
    return fail(Code::internal, fmt::format("{}: has {} bytes; at most {} are read", file_name,
                                            text.size(), kTomlBytesMax));
  if (std::count(text.begin(), text.end(), '.') > static_cast<std::ptrdiff_t>(kTomlDotsMax))
    return fail(Code::internal,
                fmt::format("{}: has more than {} dots, which no settings file needs; shorten it",
                            file_name, kTomlDotsMax));
  const toml::parse_result parsed = toml::parse(text);
  if (parsed.failed()) {
    const toml::parse_error& error = parsed.error();
    return fail(Code::internal,
                fmt::format("{}:{}: not TOML: {}", file_name, error.source().begin.line,
                            shown(error.description(), kParserWordsMax)));
  }
  return flatten(parsed.table());
}

}  // namespace gp::config
