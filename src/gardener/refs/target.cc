#include "gardener/refs/target.h"

#include <algorithm>
#include <unordered_set>

#include "gardener/python/scan.h"

namespace gp::refs {

namespace {

python::ModuleFacts facts_of(const graph::SourceTree& tree, graph::FileId file) {
  std::string bytes;
  if (file == graph::kNoFile || tree.read(file, bytes) != nullptr) return {};
  return python::scan_module(bytes, python::Detail::kGraph);
}

bool is_module_level(const python::ModuleFacts& facts, std::uint32_t block) {
  return python::scope_of(facts, block) == 0;
}

struct ModuleContents {
  std::set<std::string, std::less<>> names{};
  std::set<std::string, std::less<>> defined{};
  std::set<std::string, std::less<>> exported{};
  bool is_open = false;
};

/// Reads a module and, for its stars, the modules they name.
class ContentsReader {
 public:
  ContentsReader(const graph::SourceTree& tree, const ModulePaths& paths)
      : tree_(tree), paths_(paths) {}

  ModuleContents read(graph::FileId file) {
    ModuleContents contents;
    if (file == graph::kNoFile || !visited_.insert(file).second) {
      contents.is_open = file == graph::kNoFile;
      return contents;
    }
    const python::ModuleFacts facts = facts_of(tree_, file);
    contents.is_open = facts.has_getattr;
    for (const python::Binding& binding : facts.bindings) {
      if (binding.owner != python::kNone) continue;
      contents.names.emplace(facts.text(binding.name));
      if (binding.kind != python::BindingKind::kImport)
        contents.defined.emplace(facts.text(binding.name));
    }
    for (const python::ImportStatement& statement : facts.imports)
      if (statement.is_from && is_module_level(facts, statement.block))
        add_star(contents, facts, statement, file);
    if (facts.has_all) {
      for (const python::TextRef name : facts.all) contents.exported.emplace(facts.text(name));
    } else {
      for (const std::string& name : contents.names)
        if (!name.starts_with('_')) contents.exported.insert(name);
    }
    return contents;
  }

 private:
  void add_star(ModuleContents& contents, const python::ModuleFacts& facts,
                const python::ImportStatement& statement, graph::FileId file) {
    for (std::uint32_t i = 0; i < statement.name_count; ++i) {
      if (facts.text(facts.names[statement.first_name + i].name) != "*") continue;
      const std::optional<std::string> module = absolute_module(
          paths_.names_of(file).front(), statement.level, facts.text(statement.module));
      const ModuleContents source = read(module ? paths_.find(*module) : graph::kNoFile);
      contents.is_open |= source.is_open;
      contents.names.insert(source.exported.begin(), source.exported.end());
    }
  }

  const graph::SourceTree& tree_;
  const ModulePaths& paths_;
  std::unordered_set<graph::FileId> visited_{};
};

// `from package import base` is the package's own name when its body binds one that is not the
// module.
bool package_shadows(const python::ModuleFacts& facts, const ModuleName& package,
                     const Target& target) {
  for (const python::Binding& binding : facts.bindings) {
    if (binding.owner != python::kNone || facts.text(binding.name) != target.base) continue;
    if (binding.kind != python::BindingKind::kImport) return true;
    const python::ImportedName& name = facts.names[binding.imported_name];
    const python::ImportStatement& statement = facts.imports[name.statement];
    const std::string_view imported = facts.text(name.name);
    if (!statement.is_from) {
      if (imported != target.module && imported != target.base) return true;
      continue;
    }
    const std::optional<std::string> module =
        absolute_module(package, statement.level, facts.text(statement.module));
    if (!module || join_dotted(*module, imported) != target.module) return true;
  }
  return false;
}

}  // namespace

Target read_target(const graph::SourceTree& tree, const ModulePaths& paths,
                   std::string_view module) {
  Target target;
  target.module = module;
  target.base = last_component(module);
  target.package = parent_of(module);
  target.file = paths.find(module);
  if (target.file != graph::kNoFile) {
    for (const ModuleName& name : paths.names_of(target.file))
      if (name.dotted != module && !name.dotted.empty()) target.other_names.push_back(name.dotted);
    const std::string& path = tree.file(target.file).path;
    target.is_package =
        path.ends_with("/__init__.py") || path.ends_with("/__init__.pyi") || path == "__init__.py";
    ModuleContents contents = ContentsReader(tree, paths).read(target.file);
    target.names = std::move(contents.names);
    target.defined = std::move(contents.defined);
    target.exported = std::move(contents.exported);
    target.names_are_open = contents.is_open;
  }
  if (!target.package.empty()) {
    const graph::FileId package = paths.find(target.package);
    if (package != graph::kNoFile)
      target.is_shadowed = package_shadows(facts_of(tree, package), {target.package, true}, target);
  }
  return target;
}

TargetMembers::TargetMembers(const graph::SourceTree& tree, const ModulePaths& paths,
                             const Target& target)
    : paths_(paths), target_(target), facts_(facts_of(tree, target.file)) {}

bool TargetMembers::lacks(std::string_view symbol) const {
  if (target_.names_are_open || symbol.empty() || symbol == "*") return false;
  const std::size_t dot = symbol.find('.');
  const std::string_view name = symbol.substr(0, dot);
  if (target_.names.find(name) == target_.names.end()) {
    static const std::set<std::string, std::less<>> kOfEveryModule{
        "__name__",    "__file__",   "__doc__",  "__path__", "__spec__",
        "__package__", "__loader__", "__dict__", "__all__"};
    if (kOfEveryModule.contains(name)) return false;
    return !target_.is_package || paths_.find(join_dotted(target_.module, name)) == graph::kNoFile;
  }
  if (dot == std::string_view::npos) return false;
  // Class.member: known only for a class without bases that stands here.
  const std::string_view member = symbol.substr(dot + 1);
  bool is_class = false;
  for (std::size_t i = 0; i < facts_.bindings.size(); ++i) {
    const python::Binding& owner = facts_.bindings[i];
    if (owner.owner != python::kNone || facts_.text(owner.name) != name) continue;
    if (owner.kind != python::BindingKind::kClass || owner.base_count != 0) return false;
    if (member.starts_with("__") || member.find('.') != std::string_view::npos) return false;
    is_class = true;
    const bool has_member = std::any_of(
        facts_.bindings.begin(), facts_.bindings.end(), [&](const python::Binding& binding) {
          return binding.owner == i && facts_.text(binding.name) == member;
        });
    if (has_member) return false;
  }
  return is_class;
}

}  // namespace gp::refs
