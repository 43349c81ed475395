#include "gardener/plan/symbol_checks.h"

#include <fmt/core.h>

#include <algorithm>

#include "gardener/plan/module_name.h"

namespace gp::plan {
namespace {

using graph::TargetKind;
using python::Binding;
using python::BindingKind;

constexpr std::size_t kPlacesShown = 3;

bool is_function(const Binding& binding) {
  return binding.kind == BindingKind::kFunction || binding.kind == BindingKind::kAsyncFunction;
}

std::string_view noun(const Binding& binding) {
  switch (binding.kind) {
    case BindingKind::kFunction: return "a plain function";
    case BindingKind::kAsyncFunction: return "an async function";
    case BindingKind::kClass: return "a class";
    case BindingKind::kAssignment: return "a variable";
    case BindingKind::kImport: return "an import";
  }
  return "";
}

/// "3 calls, first at a.py:1, b.py:2".
std::string shown_places(const std::vector<std::string>& places) {
  std::string text = fmt::format("{} call{}, at ", places.size(), places.size() == 1 ? "" : "s");
  for (std::size_t i = 0; i < std::min(places.size(), kPlacesShown); ++i)
    text.append(i == 0 ? "" : ", ").append(places[i]);
  return places.size() > kPlacesShown ? text + ", …" : text;
}

bool runs_at_import(const Workspace& workspace, const refs::Reference& reference) {
  const python::ModuleFacts& facts = workspace.file(reference.file).facts;
  if (reference.fact == python::kNone || reference.kind != refs::RefClass::kImport) return false;
  const std::uint32_t block = facts.imports[facts.names[reference.fact].statement].block;
  return !python::in_function(facts, block) &&
         reference.context.find("type-checking") == std::string::npos;
}

}  // namespace

bool is_defined_in(const graph::Resolution& resolution, graph::FileId file) {
  return std::any_of(resolution.targets.begin(), resolution.targets.end(),
                     [file](const graph::Target& target) {
                       return target.kind == TargetKind::kDefinition && target.file == file;
                     });
}

bool takes_from_target(const Workspace& workspace, graph::FileId file, std::string_view name) {
  const auto& all = workspace.report().reexporters;
  return std::any_of(all.begin(), all.end(), [&](const refs::Reexporter& one) {
    return one.file == file && std::any_of(one.names.begin(), one.names.end(),
                                           [&](const auto& bound) { return bound.local == name; });
  });
}

bool are_same(const graph::Resolution& a, const graph::Resolution& b) {
  const auto is_known = [](const graph::Target& target) {
    return target.kind == TargetKind::kDefinition || target.kind == TargetKind::kModule ||
           target.kind == TargetKind::kExternal;
  };
  return a.targets == b.targets && std::all_of(a.targets.begin(), a.targets.end(), is_known);
}

std::string new_cycle(const Workspace& workspace, graph::FileId from, graph::FileId to) {
  if (from == graph::kNoFile || to == graph::kNoFile || from == to) return {};
  const std::vector<graph::FileId> back = workspace.imports().chain(to, from);
  if (back.empty() || !workspace.imports().chain(from, to).empty()) return {};
  std::string text = workspace.path(from);
  for (const graph::FileId id : back) text.append(" -> ").append(workspace.path(id));
  return text;
}

SymbolChecker::SymbolChecker(const Workspace& workspace, const Plan& plan,
                             const TargetModel* target)
    : workspace_(workspace),
      plan_(plan),
      target_(target),
      is_imported_(workspace.tree().files().size()) {
  for (const graph::Edge& edge : workspace.imports().edges())
    if (edge.time == graph::EdgeTime::kImport) is_imported_[edge.to] = true;
}

const Binding* SymbolChecker::old_binding(const SymbolRow& row) const {
  const Definition* definition = target_ == nullptr ? nullptr : target_->find(row.name);
  if (definition == nullptr) return nullptr;
  const graph::Resolution& resolution = workspace_.resolver().attribute(plan_.target, row.name);
  const graph::Target& first = resolution.targets.front();
  if (first.kind != TargetKind::kDefinition) return nullptr;
  return &workspace_.code().facts(first.file).bindings[first.binding];
}

std::vector<Check> SymbolChecker::check(const SymbolRow& row, const SymbolUsage& usage) const {
  std::vector<Check> checks;
  checks.push_back(exists(row));
  if (checks.back().state == CheckState::kFailed) return checks;
  if (row.action == Action::kRedirect) {
    checks.push_back(same_definition(row));
  } else if (row.action == Action::kRename && !row.name.empty()) {
    const Destination to = split_destination(row.to);
    const graph::Target& target =
        workspace_.resolver().attribute(to.module, to.name).targets.front();
    checks.push_back(kind(row, usage, target));
    checks.push_back(async(row, usage, target));
    checks.push_back(parameters(row, usage, target));
  }
  checks.push_back(cycle(row, usage));
  return checks;
}

Check SymbolChecker::exists(const SymbolRow& row) const {
  const Destination to = split_destination(row.to);
  if (is_or_under(to.module, plan_.target)) {
    return {"exists", CheckState::kFailed,
            fmt::format("{} lies in the module that goes; name another place", row.to)};
  }
  const graph::Target module = workspace_.resolver().module(to.module);
  if (module.kind == TargetKind::kMissing ||
      (module.kind == TargetKind::kExternal && workspace_.code().is_first_party(to.module))) {
    return {"exists", CheckState::kFailed,
            fmt::format("there is no module {}; correct `to`", to.module)};
  }
  if (to.name.empty()) return {"exists"};
  for (const SymbolRow& other : plan_.symbols)
    if (other.action == Action::kMove && other.to == row.to) return {"exists"};
  const graph::Resolution& found = workspace_.resolver().attribute(to.module, to.name);
  if (target_ != nullptr && (is_defined_in(found, target_->file().file) ||
                             takes_from_target(workspace_, module.file, to.name))) {
    return {"exists", CheckState::kFailed,
            fmt::format("{} has {} from {}, which goes; move it there, or name where it comes from",
                        to.module, to.name, plan_.target)};
  }
  if (!found.is_missing()) return {"exists"};
  return {"exists", CheckState::kFailed,
          fmt::format("{} has no {}; correct `to`", to.module, to.name)};
}

Check SymbolChecker::same_definition(const SymbolRow& row) const {
  const Destination to = split_destination(row.to);
  if (target_ == nullptr)
    return {"same-definition", CheckState::kUnknown, "the old definition cannot be seen"};
  if (row.name.empty() || to.name.empty()) return {"same-definition"};
  const graph::Resolution& old = workspace_.resolver().attribute(plan_.target, row.name);
  const graph::Resolution& now = workspace_.resolver().attribute(to.module, to.name);
  if (are_same(old, now)) return {"same-definition"};
  return {"same-definition", CheckState::kFailed,
          fmt::format("{}:{} is {}, {} is {}; write action = \"rename\" if that is what you want",
                      plan_.target, row.name, old.targets.front().name, row.to,
                      now.targets.front().name)};
}

Check SymbolChecker::kind(const SymbolRow& row, const SymbolUsage& usage,
                          const graph::Target& to) const {
  const Binding* old = old_binding(row);
  if (old == nullptr || to.kind != TargetKind::kDefinition)
    return {"kind", CheckState::kUnknown, "one of the two definitions cannot be seen"};
  const python::ModuleFacts& facts = workspace_.code().facts(to.file);
  const Binding& now = facts.bindings[to.binding];
  if (old->kind == now.kind || (is_function(*old) && is_function(now))) return {"kind"};
  const std::string change =
      fmt::format("{} becomes {} ({}, {})", noun(*old), noun(now), shown_definition(facts, now),
                  workspace_.place(to.file, now.line));
  if (!usage.subclass_place.empty() && now.kind != BindingKind::kClass)
    return {"kind", CheckState::kFailed,
            change + ", and " + usage.subclass_place + " derives from it"};
  return {"kind", CheckState::kUnknown, change};
}

Check SymbolChecker::async(const SymbolRow& row, const SymbolUsage& usage,
                           const graph::Target& to) const {
  if (to.kind != TargetKind::kDefinition)
    return {"async", CheckState::kUnknown, "the new definition cannot be seen"};
  const python::ModuleFacts& facts = workspace_.code().facts(to.file);
  const Binding& now = facts.bindings[to.binding];
  const Binding* old = old_binding(row);
  if (!is_function(now) && now.kind != BindingKind::kClass)
    return {"async", CheckState::kUnknown, "the new object is no function and no class"};
  const bool is_async = now.kind == BindingKind::kAsyncFunction;
  if (old != nullptr && is_function(*old) && (old->kind == BindingKind::kAsyncFunction) == is_async)
    return {"async"};
  std::vector<std::string> wrong;
  const bool differs = old != nullptr && is_function(*old);
  for (const CallSite& call : usage.calls)
    if (differs || call.is_awaited != is_async)
      wrong.push_back(workspace_.place(call.file, call.line));
  if (wrong.empty()) return {"async"};
  return {"async", CheckState::kFailed,
          fmt::format("{} is {} ({}), but the importers {} it: {}", row.to, noun(now),
                      workspace_.place(to.file, now.line),
                      is_async ? "do not await" : "await or run", shown_places(wrong))};
}

Check SymbolChecker::parameters(const SymbolRow& row, const SymbolUsage& usage,
                                const graph::Target& to) const {
  if (usage.calls.empty()) return {"parameters"};
  const std::optional<Callable> now =
      to.kind == TargetKind::kDefinition ? callable_of(workspace_.code().facts(to.file), to.binding)
                                         : std::nullopt;
  if (!now)
    return {"parameters", CheckState::kUnknown, "the parameters of the new object cannot be seen"};
  std::optional<Callable> old;
  if (const Binding* binding = old_binding(row); binding != nullptr) {
    const graph::Target& from =
        workspace_.resolver().attribute(plan_.target, row.name).targets.front();
    old = callable_of(workspace_.code().facts(from.file), from.binding);
  }
  std::vector<std::string> wrong;
  std::string why;
  std::size_t broken_before = 0;
  for (const CallSite& call : usage.calls) {
    const std::string reason = mismatch(*now, call.shape);
    if (reason.empty()) continue;
    if (old && !mismatch(*old, call.shape).empty()) {
      ++broken_before;
      continue;
    }
    if (why.empty()) why = reason;
    wrong.push_back(workspace_.place(call.file, call.line));
  }
  if (!wrong.empty())
    return {"parameters", CheckState::kFailed,
            fmt::format("{} {}: {}", row.to, why, shown_places(wrong))};
  Check check{"parameters"};
  if (broken_before > 0)
    check.detail = fmt::format("{} calls fit neither definition: broken before", broken_before);
  return check;
}

Check SymbolChecker::cycle(const SymbolRow& row, const SymbolUsage& usage) const {
  const graph::FileId to = workspace_.resolver().module(split_destination(row.to).module).file;
  for (const refs::Reference* reference : usage.references) {
    if (to == graph::kNoFile || !is_imported_[reference->file] ||
        !runs_at_import(workspace_, *reference))
      continue;
    const std::string circle = new_cycle(workspace_, reference->file, to);
    if (!circle.empty())
      return {"cycle", CheckState::kFailed,
              fmt::format("the import at {} would close a circle: {}",
                          workspace_.place(reference->file, reference->begin.line), circle)};
  }
  return {"cycle"};
}

}  // namespace gp::plan
