#include "gardener/plan/usage.h"

#include "gardener/plan/local_name.h"

namespace gp::plan {
namespace {

using refs::RefClass;
using refs::Reference;

void add_call(SymbolUsage& usage, const refs::ScannedFile& file, const python::Use& use) {
  if (use.call == python::kNone) return;
  const python::Call& call = file.facts.calls[use.call];
  usage.calls.push_back({file.file, call.line, call.awaited, shape_of(file.facts, call)});
}

void add_import(SymbolUsage& usage, const Workspace& workspace, const Reference& reference) {
  const refs::ScannedFile& file = workspace.file(reference.file);
  const python::ModuleFacts& facts = file.facts;
  const std::string_view local = local_name(facts, reference.fact);
  for (const std::uint32_t index : uses_of(facts, reference.fact))
    if (facts.text(facts.uses[index].text) == local) add_call(usage, file, facts.uses[index]);
  for (const python::Binding& binding : facts.bindings) {
    for (std::uint32_t i = 0; i < binding.base_count && usage.subclass_place.empty(); ++i)
      if (facts.text(facts.bases[binding.first_base + i]) == local)
        usage.subclass_place = workspace.place(reference.file, binding.line);
  }
}

}  // namespace

std::map<std::string, SymbolUsage> collect_usage(const Workspace& workspace,
                                                 const std::set<std::string>& left_out) {
  std::map<std::string, SymbolUsage> result;
  for (const Reference& reference : workspace.report().references) {
    const bool is_code = reference.kind == RefClass::kImport ||
                         reference.kind == RefClass::kTransitiveImport ||
                         reference.kind == RefClass::kAttribute;
    const bool counts =
        is_code || reference.kind == RefClass::kPatch || reference.kind == RefClass::kModuleUse ||
        reference.kind == RefClass::kImportModule || reference.kind == RefClass::kContainer ||
        reference.kind == RefClass::kShellImport || reference.kind == RefClass::kOtherString;
    if (!counts || reference.is_internal || left_out.contains(workspace.path(reference.file)))
      continue;
    SymbolUsage& usage = result[reference.symbol];
    usage.references.push_back(&reference);
    if (!is_code || reference.fact == python::kNone) continue;
    if (reference.kind == RefClass::kAttribute) {
      const refs::ScannedFile& file = workspace.file(reference.file);
      add_call(usage, file, file.facts.uses[reference.fact]);
    } else {
      ++usage.imports;
      if (!reference.symbol.empty()) add_import(usage, workspace, reference);
    }
  }
  return result;
}

}  // namespace gp::plan
