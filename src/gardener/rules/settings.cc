#include "gardener/rules/settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "config/nearest_name.h"
#include "config/toml_tables.h"
#include "gardener/python/scan.h"
#include "gardener/rules/page.h"
#include "protocol/codes.h"

namespace gp::rules {
namespace {

using config::TomlField;
using config::TomlRow;
using Form = config::TomlField::Form;

constexpr std::array<refs::RefClass, 4> kDefaultBanClasses{
    refs::RefClass::kImport, refs::RefClass::kPatch, refs::RefClass::kImportModule,
    refs::RefClass::kShellImport};

class Reader {
 public:
  Reader(std::string_view file_name, const TomlRow& row) : file_name_(file_name), row_(row) {}

  auto error(std::size_t line, std::string message) const {
    return fail(Code::bad_request, fmt::format("{}:{}: {}", file_name_, line, message));
  }
  Result<void> keys(std::span<const std::string_view> known) const {
    for (const TomlField& field : row_.fields) {
      if (std::find(known.begin(), known.end(), field.key) != known.end()) continue;
      const std::string where = row_.table.empty() ? "" : " in [" + row_.table + "]";
      return error(field.line, fmt::format("unknown key \"{}\"{}{}", field.key, where,
                                           config::suggestion(field.key, known)));
    }
    return ok();
  }
  Result<void> read(std::string_view key, std::string& value) const {
    const TomlField* field = row_.find(key);
    if (field == nullptr) return ok();
    if (field->form != Form::kString)
      return error(field->line, fmt::format("{} must be a string", key));
    value = field->text;
    return ok();
  }
  Result<void> read(std::string_view key, std::vector<std::string>& value) const {
    const TomlField* field = row_.find(key);
    if (field == nullptr) return ok();
    if (field->form != Form::kStrings)
      return error(field->line, fmt::format("{} must be a list of strings", key));
    value = field->strings;
    return ok();
  }
  Result<void> read(std::string_view key, bool& value) const {
    const TomlField* field = row_.find(key);
    if (field == nullptr) return ok();
    if (field->form != Form::kBoolean)
      return error(field->line, fmt::format("{} must be true or false", key));
    value = field->boolean;
    return ok();
  }
  std::size_t line_of(std::string_view key) const {
    const TomlField* field = row_.find(key);
    return field == nullptr ? row_.line : field->line;
  }
  const TomlField* find(std::string_view key) const { return row_.find(key); }

 private:
  std::string_view file_name_;
  const TomlRow& row_;
};

bool is_dotted_name(std::string_view text) {
  std::size_t begin = 0;
  for (;;) {
    const std::size_t dot = text.find('.', begin);
    if (!python::is_identifier(text.substr(begin, dot == text.npos ? dot : dot - begin)))
      return false;
    if (dot == text.npos) return true;
    begin = dot + 1;
  }
}

Result<void> read_top(const Reader& reader, Settings& settings) {
  static constexpr std::array<std::string_view, 6> kKeys{
      "target-version", "roots", "third-party", "exclude", "baseline", "tests"};
  GP_TRY(reader.keys(kKeys));
  GP_TRY(reader.read("roots", settings.roots));
  GP_TRY(reader.read("third-party", settings.third_party));
  GP_TRY(reader.read("exclude", settings.exclude));
  GP_TRY(reader.read("baseline", settings.baseline));
  GP_TRY(reader.read("tests", settings.tests));
  std::string version;
  GP_TRY(reader.read("target-version", version));
  if (version.empty()) return ok();
  const char* const end = version.data() + version.size();
  std::from_chars_result read{};
  if (version.starts_with("3."))
    read = std::from_chars(version.data() + 2, end, settings.target_minor);
  if (!version.starts_with("3.") || read.ec != std::errc() || read.ptr != end)
    return reader.error(reader.line_of("target-version"),
                        "target-version must be a version such as \"3.11\"");
  return ok();
}

Result<Ban> read_ban(const Reader& reader, const TomlRow& row) {
  static constexpr std::array<std::string_view, 4> kKeys{"module", "file", "strings", "message"};
  GP_TRY(reader.keys(kKeys));
  Ban ban{.line = row.line};
  GP_TRY(reader.read("module", ban.module));
  GP_TRY(reader.read("file", ban.file));
  GP_TRY(reader.read("message", ban.message));
  if (!is_dotted_name(ban.module))
    return reader.error(reader.line_of("module"),
                        "a [[ban]] needs module = \"package.module\", a dotted name");
  std::string joined;
  if (const TomlField* field = reader.find("strings"); field == nullptr) {
    ban.classes.assign(kDefaultBanClasses.begin(), kDefaultBanClasses.end());
    return ban;
  } else if (field->form == Form::kStrings) {
    for (const std::string& name : field->strings)
      joined.append(joined.empty() ? "" : ",").append(name);
  } else {
    GP_TRY(reader.read("strings", joined));
  }
  auto classes = parse_classes(joined);
  if (classes.has_error())
    return reader.error(reader.line_of("strings"), "strings: " + classes.error().message);
  ban.classes = std::move(classes).value();
  return ban;
}

}  // namespace

Result<std::vector<refs::RefClass>> parse_classes(std::string_view text) {
  std::vector<refs::RefClass> classes;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t comma = text.find(',', begin);
    std::string_view name = text.substr(begin, comma == text.npos ? comma : comma - begin);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    refs::RefClass value{};
    if (!refs::parse(name, value)) {
      std::vector<std::string_view> known;
      for (const Page& page : class_pages()) known.push_back(page.code);
      std::string all;
      for (const std::string_view code : known) all.append(all.empty() ? "" : ", ").append(code);
      return fail(Code::bad_request, fmt::format("there is no class \"{}\"{}; the classes are {}",
                                                 name, config::suggestion(name, known), all));
    }
    if (std::find(classes.begin(), classes.end(), value) == classes.end()) classes.push_back(value);
    if (comma == text.npos) return classes;
    begin = comma + 1;
  }
}

Result<Settings> parse_settings(std::string_view text, std::string_view file_name) {
  static constexpr std::array<std::string_view, 2> kTables{"ban", "patch-callees"};
  GP_TRY(const std::vector<TomlRow> rows, config::parse_toml_tables(text, file_name));
  Settings settings;
  for (const TomlRow& row : rows) {
    const Reader reader(file_name, row);
    if (row.table.empty()) {
      GP_TRY(read_top(reader, settings));
    } else if (row.table == "ban") {
      if (!row.is_list) return reader.error(row.line, "write [[ban]], with two brackets");
      GP_TRY(Ban ban, read_ban(reader, row));
      settings.bans.push_back(std::move(ban));
    } else if (row.table == "patch-callees") {
      static constexpr std::array<std::string_view, 1> kKeys{"add"};
      if (row.is_list) return reader.error(row.line, "write [patch-callees], with one bracket");
      GP_TRY(reader.keys(kKeys));
      GP_TRY(reader.read("add", settings.patch_callees));
    } else {
      return reader.error(row.line, fmt::format("unknown table [{}]{}", row.table,
                                                config::suggestion(row.table, kTables)));
    }
  }
  return settings;
}

}  // namespace gp::rules
