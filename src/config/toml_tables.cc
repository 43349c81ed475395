#include "config/toml_tables.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "config/raw_value.h"
#include "config/toml_plus.h"
#include "protocol/codes.h"

namespace gp::config {
namespace {

constexpr std::size_t kParserWordsMax = 200;

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list that is not only strings";
    case toml::node_type::floating_point: return "a number with a fraction";
    default: return "a date or time";
  }
}

TomlField field_of(const toml::key& key, const toml::node& node) {
  using Form = TomlField::Form;
  TomlField field{.key = std::string(key.str()), .line = key.source().begin.line};
  if (const auto* text = node.as_string()) {
    field.form = Form::kString;
    field.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    field.form = Form::kInteger;
    field.integer = integer->get();
  } else if (const auto* boolean = node.as_boolean()) {
    field.form = Form::kBoolean;
    field.boolean = boolean->get();
  } else {
    const toml::array* array = node.as_array();
    const bool is_strings =
        array != nullptr && std::all_of(array->begin(), array->end(),
                                        [](const toml::node& item) { return item.is_string(); });
    field.form = is_strings ? Form::kStrings : Form::kOther;
    if (is_strings) {
      for (const toml::node& item : *array) field.strings.push_back(item.as_string()->get());
    } else {
      field.text = kind_of(node);
    }
  }
  return field;
}

TomlRow row_of(const toml::table& table, std::string name) {
  TomlRow row{.table = std::move(name), .line = table.source().begin.line};
  for (const auto& [key, node] : table) row.fields.push_back(field_of(key, node));
  std::stable_sort(row.fields.begin(), row.fields.end(),
                   [](const TomlField& a, const TomlField& b) { return a.line < b.line; });
  return row;
}

bool is_list_of_tables(const toml::node& node) {
  const toml::array* array = node.as_array();
  return array != nullptr && !array->empty() &&
         std::all_of(array->begin(), array->end(),
                     [](const toml::node& item) { return item.is_table(); });
}

std::vector<TomlRow> rows_of(const toml::table& root) {
  TomlRow top{.line = 1};
  std::vector<TomlRow> rows;
  for (const auto& [key, node] : root) {
    if (is_list_of_tables(node)) {
      for (const toml::node& item : *node.as_array()) {
        rows.push_back(row_of(*item.as_table(), std::string(key.str())));
        rows.back().is_list = true;
      }
    } else if (const toml::table* table = node.as_table()) {
      rows.push_back(row_of(*table, std::string(key.str())));
    } else {
      top.fields.push_back(field_of(key, node));
    }
  }
  std::stable_sort(top.fields.begin(), top.fields.end(),
                   [](const TomlField& a, const TomlField& b) { return a.line < b.line; });
  std::stable_sort(rows.begin(), rows.end(),
                   [](const TomlRow& a, const TomlRow& b) { return a.line < b.line; });
  rows.insert(rows.begin(), std::move(top));
  return rows;
}

/// The first line with too many dots; 0 if there is none.
std::size_t line_too_deep(std::string_view text) {
  std::size_t line = 1;
  std::size_t dots = 0;
  for (const char c : text) {
    if (c == '\n') {
      ++line;
      dots = 0;
    } else if (c == '.' && ++dots > kTomlDotsOnLineMax) {
      return line;
    }
  }
  return 0;
}

}  // namespace

const TomlField* TomlRow::find(std::string_view key) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [key](const TomlField& field) { return field.key == key; });
  return found == fields.end() ? nullptr : &*found;
}

Result<std::vector<TomlRow>> parse_toml_tables(std::string_view text, std::string_view file_name) {
  if (text.size() > kTomlTablesBytesMax) {
    return fail(Code::internal, fmt::format("{}: has {} bytes; at most {} are read", file_name,
                                            text.size(), kTomlTablesBytesMax));
  }
  if (const std::size_t line = line_too_deep(text); line != 0) {
    return fail(Code::internal, fmt::format("{}:{}: has more than {} dots; break the line",
                                            file_name, line, kTomlDotsOnLineMax));
  }
  const toml::parse_result parsed = toml::parse(text);
  if (parsed.failed()) {
    const toml::parse_error& error = parsed.error();
    return fail(Code::internal,
                fmt::format("{}:{}: not TOML: {}", file_name, error.source().begin.line,
                            shown(error.description(), kParserWordsMax)));
  }
  return rows_of(parsed.table());
}

}  // namespace gp::config
