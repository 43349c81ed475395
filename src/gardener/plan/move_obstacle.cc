#include "gardener/plan/move_obstacle.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "gardener/plan/module_name.h"
#include "gardener/python/encoding.h"

namespace gp::plan {
namespace {

bool has_future_annotations(const python::ModuleFacts& facts) {
  return std::any_of(facts.names.begin(), facts.names.end(), [&](const auto& name) {
    return facts.text(facts.imports[name.statement].module) == "__future__" &&
           facts.text(name.name) == "annotations";
  });
}

/// getLogger(__name__): a logger of another name is no harm.
bool is_logger_name(const python::ModuleFacts& facts, python::Span span) {
  return std::any_of(facts.calls.begin(), facts.calls.end(), [&](const python::Call& call) {
    const std::string_view callee = last_of(facts.text(call.callee));
    return call.arguments.contains(span) && (callee == "getLogger" || callee == "get_logger");
  });
}

/// What it means depends on the file, or it is changed when the module is imported.
std::string place_obstacle(const TargetModel& target, const Definition& definition,
                           const std::string& module) {
  constexpr std::array<std::string_view, 8> kNames = {
      "__file__", "__path__", "__spec__", "__package__", "eval", "exec", "globals", "__doc__"};
  if (const Effect* effect = target.effect_on(definition.name)) {
    return fmt::format(
        "line {} uses {} when its module is imported (`{}`) and would stay behind: move both by "
        "hand",
        effect->line, definition.name, effect->text);
  }
  for (const python::Use& use : target.facts().uses) {
    const std::string_view name = first_of(target.facts().text(use.text));
    const bool is_placed = std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
                           (name == "__name__" && !is_logger_name(target.facts(), use.span));
    if (definition.text.contains(use.span) && !use.is_store && is_placed) {
      return fmt::format("line {}: {} would mean something else in {}: move it by hand", use.line,
                         name, module);
    }
  }
  return {};
}

std::string text_obstacle(const TargetModel& target, const Definition& definition,
                          const std::string& module, const refs::ScannedFile& destination) {
  if (target.binding(definition).own_block != python::kNone &&
      has_future_annotations(target.facts()) && !has_future_annotations(destination.facts)) {
    return fmt::format(
        "{} is written for `from __future__ import annotations`, which {} lacks: add it there "
        "first",
        definition.name, module);
  }
  const std::string_view text =
      std::string_view(target.file().source).substr(definition.text.begin, definition.text.size());
  const bool is_ascii = std::all_of(text.begin(), text.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!is_ascii &&
      python::encoding_cookie(target.file().source) != python::encoding_cookie(destination.source))
    return fmt::format("the two files have different encodings and {} is not ASCII",
                       definition.name);
  return {};
}

/// Imports in the body mean the same in the new place, and not the module that goes.
std::string import_obstacle(const Workspace& workspace, const TargetModel& target,
                            const Definition& definition, const std::string& module,
                            const refs::ScannedFile& destination) {
  const python::ModuleFacts& facts = target.facts();
  const graph::FileId old = target.file().file;
  const bool same_package = workspace.package_of(old) == workspace.package_of(destination.file);
  for (const python::ImportStatement& statement : facts.imports) {
    if (!definition.text.contains(statement.span)) continue;
    const std::string_view first = facts.text(facts.names[statement.first_name].name);
    const auto from = workspace.code().absolute(old, statement.level, facts.text(statement.module));
    const std::string named =
        statement.is_from ? (from ? *from : std::string()) : std::string(first);
    if (statement.level > 0 && !same_package)
      return fmt::format(
          "line {}: a relative import would mean something else in {}; make it absolute first",
          statement.line, module);
    if (is_or_under(named, workspace.report().target))
      return fmt::format("line {}: it imports from the module that goes", statement.line);
  }
  return {};
}

}  // namespace

std::string move_obstacle(const Workspace& workspace, const TargetModel& target,
                          const Definition& definition, const std::string& module,
                          const refs::ScannedFile& destination) {
  for (std::string obstacle :
       {place_obstacle(target, definition, module),
        text_obstacle(target, definition, module, destination),
        import_obstacle(workspace, target, definition, module, destination)}) {
    if (!obstacle.empty()) return obstacle;
  }
  return {};
}

}  // namespace gp::plan
