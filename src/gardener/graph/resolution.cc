#include "gardener/graph/resolution.h"

#include <algorithm>
#include <utility>

namespace gp::graph {

void add(Resolution& found, Target target) {
  if (std::find(found.targets.begin(), found.targets.end(), target) == found.targets.end())
    found.targets.push_back(std::move(target));
}

void add(Resolution& found, Hop hop) {
  const auto is_same = [&](const Hop& other) {
    return other.file == hop.file && other.imported_name == hop.imported_name;
  };
  if (std::none_of(found.hops.begin(), found.hops.end(), is_same)) found.hops.push_back(hop);
}

void add(Resolution& found, Resolution more) {
  for (Target& target : more.targets) add(found, std::move(target));
  for (const Hop& hop : more.hops) add(found, hop);
}

bool has_other_than(const Resolution& found, TargetKind kind) {
  return std::any_of(found.targets.begin(), found.targets.end(),
                     [&](const Target& target) { return target.kind != kind; });
}

// Takes targets of `kind` out if there are others.
void prefer_others(Resolution& found, TargetKind kind) {
  if (!has_other_than(found, kind)) return;
  std::erase_if(found.targets, [&](const Target& target) { return target.kind == kind; });
}

std::string joined(std::string_view left, char between, std::string_view right) {
  std::string text(left);
  if (!text.empty()) text += between;
  return text += right;
}

Target missing(std::string_view module, std::string_view name) {
  return {TargetKind::kMissing, kNoFile, python::kNone, joined(module, ':', name)};
}

Target dynamic(std::string_view module, std::string_view name) {
  return {TargetKind::kDynamic, kNoFile, python::kNone, joined(module, ':', name)};
}

Target external(std::string_view module, std::string_view name) {
  return {TargetKind::kExternal, kNoFile, python::kNone, joined(module, '.', name)};
}

Target module_target(const CodeBase& code, std::string_view dotted) {
  if (const ModuleRef module = code.find(dotted))
    return {TargetKind::kModule, module.file, python::kNone, std::string(dotted)};
  const TargetKind kind =
      code.is_first_party(dotted) ? TargetKind::kMissing : TargetKind::kExternal;
  return {kind, kNoFile, python::kNone, std::string(dotted)};
}

std::string_view take_part(std::string_view& dotted) {
  const std::string_view part = dotted.substr(0, dotted.find('.'));
  dotted.remove_prefix(std::min(part.size() + 1, dotted.size()));
  return part;
}

}  // namespace gp::graph
