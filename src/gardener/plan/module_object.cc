#include "gardener/plan/module_object.h"

#include <fmt/core.h>

#include <algorithm>

#include "gardener/plan/local_name.h"
#include "gardener/plan/module_name.h"

namespace gp::plan {
namespace {

/// What the uses of one import ask for.
struct Wanted {
  std::set<std::string> modules{};
  bool has_bare_use = false;
  bool has_other_use = false;  ///< of `import a.M`: other parts of `a`
};

class ModuleObject {
 public:
  ModuleObject(const Workspace& workspace, const Plan& plan, const refs::Reference& reference)
      : workspace_(workspace),
        plan_(plan),
        reference_(reference),
        file_(workspace.file(reference.file)),
        name_(file_.facts.names[reference.fact]),
        is_from_(file_.facts.imports[name_.statement].is_from) {
    const bool is_dotted_binding = !is_from_ && name_.alias.empty();
    prefix_ = is_dotted_binding ? std::string(file_.facts.text(name_.name))
                                : std::string(local_name(file_.facts, reference.fact));
  }

  ModuleObjectChange run() {
    Wanted wanted;
    if (const std::uint32_t line = rebinding_of(file_.facts, reference_.fact); line != 0) {
      problem(
          fmt::format("line {} binds {} to something else: whether a use means the module cannot "
                      "be seen",
                      line, local_name(file_.facts, reference_.fact)));
    }
    for (const std::uint32_t index : uses_of(file_.facts, reference_.fact)) read(index, wanted);
    if (result_.problem.empty()) choose(wanted);
    if (!result_.problem.empty()) result_.edits.clear();
    return std::move(result_);
  }

 private:
  void problem(std::string text) {
    if (result_.problem.empty()) result_.problem = std::move(text);
  }

  void read(std::uint32_t index, Wanted& wanted) {
    const python::Use& use = file_.facts.uses[index];
    const std::string_view text = file_.facts.text(use.text);
    if (!is_or_under(text, prefix_)) {
      wanted.has_other_use = true;
      return;
    }
    result_.uses.insert(index);
    if (text.size() == prefix_.size()) {
      wanted.has_bare_use = true;
      return;
    }
    const std::string attribute(first_of(text.substr(prefix_.size() + 1)));
    const SymbolRow* row = plan_.symbol(attribute);
    if (row == nullptr || row->action == Action::kBrokenBefore) {
      wanted.has_bare_use = true;  // every module's (__file__), or missing there as it was here
      return;
    }
    if (row->action != Action::kRedirect && row->action != Action::kRename &&
        row->action != Action::kMove) {
      problem(fmt::format("line {} uses {}.{}, whose row is {}", use.line, prefix_, attribute,
                          name_of(row->action)));
      return;
    }
    const Destination to = split_destination(row->to);
    if (to.name.empty()) {
      problem(fmt::format("line {} uses {}.{}, which is the module {}: import that by name",
                          use.line, prefix_, attribute, to.module));
      return;
    }
    if (is_only_submodule(to, row->action)) {
      problem(fmt::format(
          "line {} uses {}.{}, and {}.{} may be a module that an import of {} alone does "
          "not load: import it by name, or write action = \"rename\" in its row",
          use.line, prefix_, attribute, to.module, to.name, to.module));
      return;
    }
    wanted.modules.emplace(to.module);
    if (to.name == attribute) return;
    const auto begin = static_cast<std::uint32_t>(use.span.begin + prefix_.size() + 1);
    const auto size = static_cast<std::uint32_t>(attribute.size());
    if (file_.source.compare(begin, size, attribute) != 0) {
      problem(fmt::format("line {}: the name is written over several lines", use.line));
      return;
    }
    result_.edits.emplace_back(python::Span{begin, begin + size}, std::string(to.name),
                               Safety::kReviewed);
  }

  /// True if the place is a module inside a package that does not bind it: `from package import
  /// module` loads it, `package.module` does not. Outside the tree it may be one by its spelling,
  /// unless a person says that it has the name.
  bool is_only_submodule(const Destination& to, Action action) const {
    const graph::Target module = workspace_.resolver().module(to.module);
    const graph::Target target =
        workspace_.resolver().attribute(to.module, to.name).targets.front();
    if (module.kind == graph::TargetKind::kExternal)
      return action == Action::kRedirect &&
             std::none_of(to.name.begin(), to.name.end(),
                          [](char c) { return c >= 'A' && c <= 'Z'; });
    if (target.kind != graph::TargetKind::kModule) return false;
    if (module.file == graph::kNoFile) return true;
    const python::ModuleFacts& facts = workspace_.code().facts(module.file);
    return std::none_of(
        facts.bindings.begin(), facts.bindings.end(), [&](const python::Binding& binding) {
          return binding.owner == python::kNone && facts.text(binding.name) == to.name;
        });
  }

  void choose(const Wanted& wanted) {
    const SymbolRow* row = plan_.symbol("");
    if (wanted.modules.size() > 1) {
      std::string list;
      for (const std::string& module : wanted.modules)
        list.append(list.empty() ? "" : ", ").append(module);
      problem(fmt::format("its attributes go to several modules ({}): import the names one by one",
                          list));
      return;
    }
    if (row == nullptr || row->to.empty() || row->action == Action::kManual) {
      problem(
          "the plan does not say what takes the place of the module object: give the row with "
          "name = \"\" an action and a `to`");
      return;
    }
    const std::string module = wanted.modules.empty() ? row->to : *wanted.modules.begin();
    if (workspace_.code().find(module).file == reference_.file) {
      problem(fmt::format("the file is {} itself: write its names without the module", module));
      return;
    }
    if (wanted.has_bare_use && module != row->to) {
      problem(
          fmt::format("the module itself is passed on, but its attributes go to {} and the "
                      "module's row says {}",
                      module, row->to));
      return;
    }
    if (prefix_ == file_.facts.text(name_.name) && !is_from_ && name_.alias.empty()) {
      replace_dotted(wanted, module);
    } else if (is_from_ && module.find('.') != std::string::npos) {
      set_fate(std::string(parent_of(module)), std::string(last_of(module)));
    } else {
      set_fate("", module);
    }
  }

  void set_fate(std::string module, std::string name) {
    result_.fate = {.kind = NameFate::Kind::kGo,
                    .module = std::move(module),
                    .name = std::move(name),
                    .safety = Safety::kReviewed};
  }

  /// `import a.M` and every `a.M` in the code.
  void replace_dotted(const Wanted& wanted, const std::string& module) {
    if (wanted.has_other_use && first_of(module) != first_of(prefix_)) {
      problem(fmt::format("`import {}` also binds {}, which is used for other things", prefix_,
                          first_of(prefix_)));
      return;
    }
    for (const std::uint32_t index : result_.uses) {
      const python::Span span = file_.facts.uses[index].span;
      const auto size = static_cast<std::uint32_t>(prefix_.size());
      if (file_.source.compare(span.begin, size, prefix_) != 0) {
        problem("a dotted name is written over several lines");
        return;
      }
      result_.edits.emplace_back(python::Span{span.begin, span.begin + size}, module,
                                 Safety::kReviewed);
    }
    set_fate("", module);
  }

  const Workspace& workspace_;
  const Plan& plan_;
  const refs::Reference& reference_;
  const refs::ScannedFile& file_;
  const python::ImportedName& name_;
  bool is_from_;
  std::string prefix_{};
  ModuleObjectChange result_{};
};

}  // namespace

ModuleObjectChange change_module_object(const Workspace& workspace, const Plan& plan,
                                        const refs::Reference& reference) {
  return ModuleObject(workspace, plan, reference).run();
}

}  // namespace gp::plan
