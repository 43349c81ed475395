#include "gardener/plan/local_name.h"

#include <algorithm>

#include "gardener/plan/module_name.h"

namespace gp::plan {
namespace {

using python::ModuleFacts;

/// Where a store binds: a parameter in its function, though it stands in the header.
std::uint32_t bound_scope(const ModuleFacts& facts, const python::Use& store) {
  // Blocks stand in the order of their headers, which do not overlap.
  const auto behind = std::upper_bound(
      facts.blocks.begin() + 1, facts.blocks.end(), store.span.begin,
      [](std::uint32_t at, const python::Block& block) { return at < block.header.begin; });
  if (behind != facts.blocks.begin() + 1) {
    const python::Block& block = *std::prev(behind);
    const bool is_function = block.kind == python::BlockKind::kFunction ||
                             block.kind == python::BlockKind::kAsyncFunction;
    if (is_function && block.header.contains(store.span) && store.span != block.name)
      return static_cast<std::uint32_t>(std::prev(behind) - facts.blocks.begin());
  }
  return python::scope_of(facts, store.block);
}

/// The scopes below `scope` that bind the name themselves.
std::vector<std::uint32_t> hiding_scopes(const ModuleFacts& facts, std::string_view name,
                                         std::uint32_t scope) {
  std::vector<std::uint32_t> scopes;
  for (const python::Use& use : facts.uses) {
    if (!use.is_store || facts.text(use.text) != name) continue;
    scopes.push_back(bound_scope(facts, use));
  }
  for (std::uint32_t i = 0; i < facts.names.size(); ++i) {
    if (local_name(facts, i) == name)
      scopes.push_back(python::scope_of(facts, facts.imports[facts.names[i].statement].block));
  }
  scopes.erase(std::remove(scopes.begin(), scopes.end(), scope), scopes.end());
  return scopes;
}

}  // namespace

std::string_view local_name(const ModuleFacts& facts, std::uint32_t index) {
  const python::ImportedName& name = facts.names[index];
  if (!name.alias.empty()) return facts.text(name.alias);
  const std::string_view imported = facts.text(name.name);
  if (imported == "*") return {};
  return facts.imports[name.statement].is_from ? imported : first_of(imported);
}

std::uint32_t rebinding_of(const ModuleFacts& facts, std::uint32_t index) {
  const std::string_view name = local_name(facts, index);
  const std::uint32_t scope =
      python::scope_of(facts, facts.imports[facts.names[index].statement].block);
  for (const python::Use& use : facts.uses) {
    const python::BlockKind kind = facts.blocks[use.block].kind;
    const bool is_other_branch =
        kind == python::BlockKind::kExcept || kind == python::BlockKind::kElse;
    if (use.is_store && facts.text(use.text) == name && !is_other_branch &&
        use.span.begin > facts.names[index].whole.begin && bound_scope(facts, use) == scope)
      return use.line;
  }
  return 0;
}

std::vector<std::uint32_t> uses_of(const ModuleFacts& facts, std::uint32_t index) {
  const std::string_view name = local_name(facts, index);
  std::vector<std::uint32_t> found;
  if (name.empty()) return found;
  const std::uint32_t scope =
      python::scope_of(facts, facts.imports[facts.names[index].statement].block);
  const std::vector<std::uint32_t> hiding = hiding_scopes(facts, name, scope);
  for (std::uint32_t i = 0; i < facts.uses.size(); ++i) {
    const python::Use& use = facts.uses[i];
    if (first_of(facts.text(use.text)) != name || use.is_store) continue;
    std::uint32_t at = python::scope_of(facts, use.block);
    while (at != scope && at != 0 && std::find(hiding.begin(), hiding.end(), at) == hiding.end())
      at = python::scope_of(facts, facts.blocks[at].parent);
    if (at == scope) found.push_back(i);
  }
  return found;
}

}  // namespace gp::plan
