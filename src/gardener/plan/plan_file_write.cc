#include <fmt/core.h>

#include "config/raw_value.h"
#include "gardener/plan/plan_file.h"

namespace gp::plan {
namespace {

using config::quote_toml;

class Writer {
 public:
  void line(std::string_view text) { text_.append(text).append("\n"); }
  void text(std::string_view key, std::string_view value) {
    line(fmt::format("{} = {}", key, quote_toml(value)));
  }
  void text_if(std::string_view key, std::string_view value) {
    if (!value.empty()) text(key, value);
  }
  void number(std::string_view key, std::uint32_t value) {
    line(fmt::format("{} = {}", key, value));
  }
  /// One element a line, so that a change is one line of a diff.
  void list(std::string_view key, const std::vector<std::string>& values) {
    if (values.empty()) return;
    line(fmt::format("{} = [", key));
    for (const std::string& value : values) line("  " + quote_toml(value) + ",");
    line("]");
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_{};
};

void write_symbol(Writer& out, const SymbolRow& row) {
  out.line("\n[[symbol]]");
  out.text("name", row.name);
  out.text("action", name_of(row.action));
  out.text_if("to", row.to);
  out.text_if("reason", row.reason);
  out.list("closure", row.closure);
  std::vector<std::string> checks;
  for (const Check& check : row.checks) {
    checks.push_back(fmt::format("{}: {}", check.name, name_of(check.state)));
    if (!check.detail.empty()) checks.back().append(": ").append(check.detail);
  }
  out.list("checks", checks);
  out.number("imports", row.imports);
  out.number("calls", row.calls);
  out.number("awaited", row.awaited);
}

void write_file(Writer& out, const FileRow& row) {
  out.line("\n[[file]]");
  out.text("path", row.path);
  out.text_if("hash", row.hash);
  if (row.is_deleted) out.line("delete = true");
  out.text_if("reason", row.reason);
}

void write_reference(Writer& out, const ReferenceRow& row) {
  out.line("\n[[reference]]");
  out.text("file", row.file);
  out.number("line", row.line);
  out.number("column", row.column);
  out.text("class", refs::name_of(row.kind));
  out.text_if("symbol", row.symbol);
  out.text("action", name_of(row.action));
  out.text("edit", name_of(row.edit));
  out.text("risk", name_of(row.risk));
  out.text("failure", refs::name_of(row.failure));
  out.text_if(row.is_decided ? "reason" : "note", row.reason);
}

}  // namespace

std::string write_plan(const Plan& plan) {
  Writer out;
  out.line("# gardener plan: what becomes of a deprecated module.");
  out.line("# Yours to edit: action, to and reason of [[symbol]]; delete = true with a reason in");
  out.line("# [[file]]; action = \"keep\" or \"drop\" with a reason in [[reference]]. The rest is");
  out.line("# computed again by every command. Actions: redirect, rename, move, drop, keep,");
  out.line("# broken-before, manual (open: apply refuses).");
  out.number("version", 1);
  out.text("target", plan.target);
  out.text("canonical", plan.canonical);
  out.text_if("root", plan.root);
  out.line(fmt::format("rename-uses = {}", plan.rename_uses));
  for (const SymbolRow& row : plan.symbols) write_symbol(out, row);
  for (const FileRow& row : plan.files) write_file(out, row);
  for (const ReferenceRow& row : plan.references) write_reference(out, row);
  if (!plan.unresolved_before.empty()) {
    out.line("\n# Imports that do not resolve before the removal: verify tells only new ones.");
    out.line("[baseline]");
    out.list("unresolved", plan.unresolved_before);
  }
  return out.take();
}

}  // namespace gp::plan
