/// TomlTables: a TOML text (toml.io v1.0.0) as a list of rows: its top, its [tables] and its
/// [[lists of tables]], each with keys, values and line numbers, in the order of the file.
///
/// For files that people and programs both write. Which tables and keys there may be is the
/// caller's to check: every row and field has its line. Tables inside rows are Form::kOther.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gp::config {

/// Largest text read; larger is an error.
inline constexpr std::size_t kTomlTablesBytesMax = 64 * 1024 * 1024;
/// Most dots on one line; more is an error. Each may open a table inside another, and toml++ visits
/// nested tables by recursion; with its own limit of nested values this bounds the stack.
inline constexpr std::size_t kTomlDotsOnLineMax = 128;

struct TomlField {
  enum class Form : std::uint8_t { kString, kInteger, kBoolean, kStrings, kOther };
  std::string key{};
  Form form = Form::kOther;
  std::string text{};  ///< kString; kOther: what it is ("a date or time")
  std::int64_t integer = 0;
  bool boolean = false;
  std::vector<std::string> strings{};
  std::size_t line = 0;
};

struct TomlRow {
  std::string table{};   ///< "" for the keys at the top
  bool is_list = false;  ///< one of [[table]]
  std::size_t line = 0;
  std::vector<TomlField> fields{};  ///< in the order of the file

  const TomlField* find(std::string_view key) const;
};

/// Errors: Code::internal with "file_name:line: " and what is wrong.
Result<std::vector<TomlRow>> parse_toml_tables(std::string_view text, std::string_view file_name);

}  // namespace gp::config
