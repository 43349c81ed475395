#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "config/raw_value.h"
#include "config/toml_tables.h"
#include "gardener/plan/plan_file.h"
#include "protocol/codes.h"

namespace gp::plan {
namespace {

using config::TomlField;
using config::TomlRow;
using Form = TomlField::Form;

constexpr std::uint32_t kNumberMax = 0x7fffffff;

/// Reads the fields of one row; the first thing that is wrong is kept as the error.
class RowReader {
 public:
  RowReader(const TomlRow& row, std::string_view file_name) : row_(row), file_name_(file_name) {}

  void known(std::initializer_list<std::string_view> keys) {
    for (const TomlField& field : row_.fields) {
      if (std::find(keys.begin(), keys.end(), field.key) != keys.end()) continue;
      wrong(field.line, fmt::format("unknown key {} in {}; known are {}", config::shown(field.key),
                                    where(), fmt::join(keys, ", ")));
    }
  }
  std::string text(std::string_view key) { return has(key, Form::kString) ? take(key).text : ""; }
  std::string needed(std::string_view key) {
    if (row_.find(key) == nullptr)
      wrong(row_.line, fmt::format("{} has no {}; add {} = \"…\"", where(), key, key));
    return text(key);
  }
  std::uint32_t number(std::string_view key) {
    if (!has(key, Form::kInteger)) return 0;
    const std::int64_t value = take(key).integer;
    if (value < 0 || value > kNumberMax)
      wrong(take(key).line, fmt::format("{} = {} is out of range", key, value));
    return static_cast<std::uint32_t>(value);
  }
  bool boolean(std::string_view key) { return has(key, Form::kBoolean) && take(key).boolean; }
  std::vector<std::string> list(std::string_view key) {
    return has(key, Form::kStrings) ? take(key).strings : std::vector<std::string>();
  }
  /// A word of a list; the first of the list if the key is missing.
  template <class Value>
  Value word(std::string_view key, std::size_t count, std::string_view (*name_of_value)(Value)) {
    const std::string given = text(key);
    if (given.empty() && row_.find(key) == nullptr) return Value{};
    std::string names;
    for (std::size_t i = 0; i < count; ++i) {
      const auto value = static_cast<Value>(i);
      if (name_of_value(value) == given) return value;
      names.append(i == 0 ? "" : ", ").append(name_of_value(value));
    }
    wrong(take(key).line, fmt::format("{} = {} is not known; write one of {}", key,
                                      config::quote_toml(given), names));
    return Value{};
  }

  void wrong(std::size_t line, std::string_view message) {
    if (error_.empty()) error_ = fmt::format("{}:{}: {}", file_name_, line, message);
  }
  const std::string& error() const { return error_; }
  std::size_t line_of(std::string_view key) const {
    const TomlField* field = row_.find(key);
    return field == nullptr ? row_.line : field->line;
  }

 private:
  std::string where() const {
    if (row_.table.empty()) return "the top of the file";
    return row_.is_list ? "[[" + row_.table + "]]" : "[" + row_.table + "]";
  }
  const TomlField& take(std::string_view key) const { return *row_.find(key); }
  bool has(std::string_view key, Form form) {
    const TomlField* field = row_.find(key);
    if (field == nullptr) return false;
    if (field->form == form) return true;
    constexpr std::array<std::string_view, 4> kForms = {"a string in quotes", "a whole number",
                                                        "true or false", "a list of strings"};
    wrong(field->line, fmt::format("{} must be {}", key, kForms[static_cast<std::size_t>(form)]));
    return false;
  }

  const TomlRow& row_;
  std::string_view file_name_;
  std::string error_{};
};

constexpr std::size_t kActionCount = 7;

Check read_check(std::string_view text) {
  Check check;
  const std::size_t colon = text.find(": ");
  check.name = text.substr(0, colon);
  if (colon == std::string_view::npos) return check;
  std::string_view rest = text.substr(colon + 2);
  const std::size_t second = rest.find(": ");
  const std::string_view state = rest.substr(0, second);
  check.state = state == "failed"   ? CheckState::kFailed
                : state == "passed" ? CheckState::kPassed
                                    : CheckState::kUnknown;
  if (second != std::string_view::npos) check.detail = rest.substr(second + 2);
  return check;
}

void read_top(RowReader& in, Plan& plan) {
  in.known({"version", "target", "canonical", "root", "rename-uses"});
  if (in.number("version") != 1)
    in.wrong(in.line_of("version"), "version must be 1; this gardener knows no other plan");
  plan.target = in.needed("target");
  plan.canonical = in.needed("canonical");
  plan.root = in.text("root");
  plan.rename_uses = in.boolean("rename-uses");
}

void read_symbol(RowReader& in, const TomlRow& source, Plan& plan) {
  in.known({"name", "action", "to", "reason", "closure", "checks", "imports", "calls", "awaited"});
  SymbolRow row;
  row.name = in.needed("name");
  in.needed("action");
  row.action = in.word<Action>("action", kActionCount, name_of);
  row.to = in.text("to");
  row.reason = in.text("reason");
  row.closure = in.list("closure");
  for (const std::string& check : in.list("checks")) row.checks.push_back(read_check(check));
  row.imports = in.number("imports");
  row.calls = in.number("calls");
  row.awaited = in.number("awaited");
  row.plan_line = static_cast<std::uint32_t>(source.line);
  const bool has_place = goes(row.action);
  if (has_place && row.to.empty()) {
    in.wrong(source.line, fmt::format("{} of {} needs to = \"module:name\"", name_of(row.action),
                                      config::quote_toml(row.name)));
  }
  const bool may_be_module = row.name.empty() || row.action == Action::kRedirect;
  if (has_place && !may_be_module && row.to.find(':') == std::string::npos) {
    in.wrong(in.line_of("to"),
             fmt::format("to = {} is no \"module:name\"", config::quote_toml(row.to)));
  }
  if (row.action == Action::kDrop && row.reason.empty()) {
    in.wrong(source.line,
             fmt::format("drop of {} needs a reason = \"…\"", config::quote_toml(row.name)));
  }
  if (plan.symbol(row.name) != nullptr) {
    in.wrong(source.line,
             fmt::format("{} has a row already at line {}; keep one", config::quote_toml(row.name),
                         plan.symbol(row.name)->plan_line));
  }
  plan.symbols.push_back(std::move(row));
}

void read_file_row(RowReader& in, const TomlRow& source, Plan& plan) {
  in.known({"path", "hash", "delete", "reason"});
  FileRow row;
  row.path = in.needed("path");
  row.hash = in.text("hash");
  row.is_deleted = in.boolean("delete");
  row.reason = in.text("reason");
  row.plan_line = static_cast<std::uint32_t>(source.line);
  plan.files.push_back(std::move(row));
}

void read_reference(RowReader& in, const TomlRow& source, Plan& plan) {
  in.known({"file", "line", "column", "class", "symbol", "action", "edit", "risk", "failure",
            "note", "reason"});
  ReferenceRow row;
  row.file = in.needed("file");
  row.line = in.number("line");
  row.column = in.number("column");
  const std::string kind = in.needed("class");
  if (!kind.empty() && !refs::parse(kind, row.kind)) {
    in.wrong(in.line_of("class"), fmt::format("class = {} is not known; leave it as `gardener "
                                              "plan` wrote it",
                                              config::quote_toml(kind)));
  }
  row.symbol = in.text("symbol");
  row.action = in.word<Action>("action", kActionCount, name_of);
  row.edit = in.word<Edit>("edit", 4, name_of);
  row.risk = in.word<Risk>("risk", 3, name_of);
  row.failure = in.word<refs::FailureMode>("failure", 6, refs::name_of);
  row.reason = in.text("reason");
  row.is_decided = !row.reason.empty();
  if (!row.is_decided) row.reason = in.text("note");
  row.plan_line = static_cast<std::uint32_t>(source.line);
  plan.references.push_back(std::move(row));
}

}  // namespace

Result<Plan> read_plan(std::string_view text, std::string_view file_name) {
  GP_TRY(const std::vector<TomlRow> rows, config::parse_toml_tables(text, file_name));
  Plan plan;
  plan.path = file_name;
  for (const TomlRow& row : rows) {
    RowReader in(row, file_name);
    if (row.table.empty()) {
      read_top(in, plan);
    } else if (row.table == "symbol" && row.is_list) {
      read_symbol(in, row, plan);
    } else if (row.table == "file" && row.is_list) {
      read_file_row(in, row, plan);
    } else if (row.table == "reference" && row.is_list) {
      read_reference(in, row, plan);
    } else if (row.table == "baseline" && !row.is_list) {
      in.known({"unresolved"});
      plan.unresolved_before = in.list("unresolved");
    } else {
      in.wrong(row.line, fmt::format("unknown table {}; known are [[symbol]], [[file]], "
                                     "[[reference]] and [baseline]",
                                     config::shown(row.table)));
    }
    if (!in.error().empty()) return fail(Code::internal, in.error());
  }
  std::sort(plan.symbols.begin(), plan.symbols.end(),
            [](const SymbolRow& a, const SymbolRow& b) { return a.name < b.name; });
  return plan;
}

}  // namespace gp::plan
