#include "gardener/graph/resolver.h"

#include <algorithm>
#include <set>
#include <utility>

#include "gardener/graph/resolution.h"
#include "gardener/graph/resolver_search.h"

namespace gp::graph {

Resolver::Resolver(const CodeBase& code)
    : code_(&code), memory_(std::make_unique<ResolverMemory>(code)) {}
Resolver::Resolver(Resolver&&) noexcept = default;
Resolver::~Resolver() = default;

const Resolution& Resolver::attribute(std::string_view module, std::string_view name) const {
  return memory_->attribute(module, name);
}

Target Resolver::module(std::string_view dotted) const { return module_target(*code_, dotted); }

const Resolution& Resolver::path(std::string_view dotted) const {
  std::size_t dot = dotted.rfind('.');
  while (dot != std::string_view::npos && dot > 0) {
    if (code_->find(dotted.substr(0, dot)))
      return memory_->attribute(dotted.substr(0, dot), dotted.substr(dot + 1));
    dot = dotted.rfind('.', dot - 1);
  }
  return memory_->module_itself(dotted);
}

const Resolution& Resolver::imported(FileId file, std::uint32_t index) const {
  return imported(file, code_->facts(file), index);
}

const Resolution& Resolver::imported(FileId file, const python::ModuleFacts& facts,
                                     std::uint32_t index) const {
  const Resolution& found = imported_at_run_time(file, facts, index);
  const bool is_stub = code_->tree().file(file).path.ends_with(".pyi");
  return is_stub && found.is_missing() ? memory_->unknown(found.targets.front().name) : found;
}

const Resolution& Resolver::imported_at_run_time(FileId file, const python::ModuleFacts& facts,
                                                 std::uint32_t index) const {
  const python::ImportedName& imported = facts.names[index];
  const python::ImportStatement& statement = facts.imports[imported.statement];
  const std::string_view name = facts.text(imported.name);
  if (!statement.is_from) return memory_->module_itself(name);
  const std::string_view module = facts.text(statement.module);
  if (statement.level == 0)
    return name == "*" ? memory_->module_itself(module) : memory_->attribute(module, name);
  const std::optional<std::string> source = code_->absolute(file, statement.level, module);
  if (!source || !code_->find(*source)) {
    std::string text = source ? *source : std::string(statement.level, '.').append(module);
    return memory_->nowhere(text.append(":").append(name));
  }
  return name == "*" ? memory_->module_itself(*source) : memory_->attribute(*source, name);
}

std::vector<std::string> Resolver::star_names(std::string_view module, bool* is_dynamic) const {
  *is_dynamic = false;
  std::set<std::string> found;
  std::set<std::string> seen;
  std::vector<std::string> open{std::string(module)};
  while (!open.empty()) {
    const std::string next = std::move(open.back());
    open.pop_back();
    if (!seen.insert(next).second) continue;
    const ModuleRef there = code_->find(next);
    if (there.kind == ModuleKind::kNamespace) continue;
    if (!there || code_->tree().file(there.file).kind != FileKind::kPython) {
      *is_dynamic = *is_dynamic || there || !code_->is_first_party(next);
      continue;
    }
    const python::ModuleFacts& facts = code_->facts(there.file);
    if (facts.has_all) {
      for (const python::TextRef text : facts.all) found.emplace(facts.text(text));
      *is_dynamic = *is_dynamic || facts.all_is_dynamic;
      continue;
    }
    for (const python::Binding& binding : facts.bindings) {
      const std::string_view name = facts.text(binding.name);
      if (binding.owner == python::kNone && !name.starts_with('_')) found.emplace(name);
    }
    for (const std::uint32_t star : memory_->names(there.file).stars()) {
      const python::ImportStatement& statement = facts.imports[star];
      if (auto source = code_->absolute(there.file, statement.level, facts.text(statement.module)))
        open.push_back(std::move(*source));
    }
  }
  return {found.begin(), found.end()};
}

}  // namespace gp::graph
