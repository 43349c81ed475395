#include "gardener/plan/planner.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include "gardener/plan/import_table.h"
#include "gardener/plan/module_name.h"
#include "gardener/plan/symbol_checks.h"
#include "gardener/plan/usage.h"
#include "protocol/codes.h"

namespace gp::plan {
namespace {

using graph::TargetKind;
using refs::RefClass;

/// Proposals that failed make others fail (a closure that needs a manual row); this many rounds
/// settle every real case, and what is left then is refused by apply anyway.
constexpr int kRoundsMax = 8;

class Planner {
 public:
  Planner(const Workspace& workspace, const PlanRequest& request)
      : workspace_(workspace), request_(request) {
    plan_.target = workspace.report().target;
    plan_.canonical = request.canonical;
    plan_.rename_uses = request.rename_uses;
    if (request.existing != nullptr) {
      plan_.path = request.existing->path;
      plan_.references = request.existing->references;
      plan_.files = request.existing->files;
    }
    for (const FileRow& row : plan_.files)
      if (row.is_deleted && !row.reason.empty() && !is_target(row.path)) deleted_.insert(row.path);
    if (workspace.report().target_file != graph::kNoFile)
      target_ = std::make_unique<TargetModel>(workspace.file(workspace.report().target_file));
  }

  Derivation run() {
    propose_rows();
    Derivation derivation = derive(workspace_, plan_);
    for (int round = 0; round < kRoundsMax && give_up_failed(derivation); ++round)
      derivation = derive(workspace_, plan_);
    if (add_unused(derivation)) derivation = derive(workspace_, plan_);
    derivation.plan.unresolved_before = unresolved_imports(workspace_.resolver());
    return derivation;
  }

 private:
  bool is_target(const std::string& path) const {
    const graph::FileId target = workspace_.report().target_file;
    return target != graph::kNoFile && workspace_.path(target) == path;
  }

  const SymbolRow* decided(const std::string& name) const {
    if (request_.existing == nullptr) return nullptr;
    const SymbolRow* row = request_.existing->symbol(name);
    return row == nullptr || row->action == Action::kManual || is_of_another_canonical(*row)
               ? nullptr
               : row;
  }

  /// With another --to, what leads to the old one was proposed for it.
  bool is_of_another_canonical(const SymbolRow& row) const {
    return request_.existing->canonical != plan_.canonical &&
           split_destination(row.to).module == request_.existing->canonical;
  }

  void add(SymbolRow row) {
    const SymbolRow* kept = decided(row.name);
    plan_.symbols.push_back(kept == nullptr ? std::move(row) : *kept);
  }

  void propose_rows() {
    std::set<std::string> names;
    for (const auto& [name, usage] : collect_usage(workspace_, deleted_))
      for (const refs::Reference* reference : usage.references) note(*reference, names);
    for (const std::string& name : names) add(propose(name));
    if (request_.existing == nullptr) return;
    for (const SymbolRow& row : request_.existing->symbols)
      if (decided(row.name) != nullptr && plan_.symbol(row.name) == nullptr)
        plan_.symbols.push_back(row);
    sort();
  }

  void note(const refs::Reference& reference, std::set<std::string>& names) const {
    if (reference.symbol == "*") {
      bool is_dynamic = false;
      for (std::string& name : workspace_.resolver().star_names(plan_.target, &is_dynamic))
        names.insert(std::move(name));
      return;
    }
    std::string_view rest = reference.symbol;
    const bool is_code =
        reference.kind == RefClass::kImport || reference.kind == RefClass::kTransitiveImport ||
        reference.kind == RefClass::kAttribute || reference.kind == RefClass::kShellImport;
    const bool is_path =
        reference.kind == RefClass::kContainer || reference.kind == RefClass::kOtherString;
    if (is_path) {  // "target.Name" in a registry asks for Name; a logger's "target.x" for nothing
      const std::string name(first_of(rest));
      if (target_ != nullptr && target_->find(name) != nullptr) {
        names.insert(name);
      } else if (reference.kind == RefClass::kContainer) {
        names.insert("");
      }
      return;
    }
    const bool is_string = reference.kind == RefClass::kPatch;
    if (is_string && (rest.empty() || !reference.is_missing || rest.find('.') != rest.npos)) {
      // A patch of a class's member needs the class's row; of a name the target has, none.
      if (rest.find('.') != rest.npos) names.emplace(first_of(rest));
      return;
    }
    // `module.__file__` and the like are every module's: they ask for the object itself.
    if ((!is_code && !is_string) ||
        (reference.kind == RefClass::kAttribute && rest.starts_with("__")))
      rest = "";
    for (;;) {
      const std::size_t comma = rest.find(',');
      names.emplace(first_of(rest.substr(0, comma)));
      if (comma == rest.npos) return;
      rest.remove_prefix(comma + 1);
    }
  }

  void sort() {
    std::sort(plan_.symbols.begin(), plan_.symbols.end(),
              [](const SymbolRow& a, const SymbolRow& b) { return a.name < b.name; });
  }

  SymbolRow propose(const std::string& name) const {
    SymbolRow row{.name = name};
    const bool is_outside =
        workspace_.resolver().module(plan_.canonical).kind == TargetKind::kExternal;
    if (name.empty()) {
      if (is_outside && target_ != nullptr) {
        row.reason = fmt::format(
            "{} is not in this tree: redirect to it if it takes the place of the "
            "module object",
            plan_.canonical);
        return row;
      }
      row.action = Action::kRedirect;
      row.to = plan_.canonical;
      return row;
    }
    const std::string submodule = plan_.target + "." + name;
    if (target_ == nullptr) {
      row.reason = is_imported_as_module(name) ? own_module(submodule) : unseen(name);
      return row;
    }
    const graph::Resolution& old = workspace_.resolver().attribute(plan_.target, name);
    const Definition* definition = target_->find(name);
    if (old.is_missing()) {
      row.action = Action::kBrokenBefore;
      row.reason = fmt::format("{} has no {}", plan_.target, name);
      return row;
    }
    const graph::Resolution& canonical = workspace_.resolver().attribute(plan_.canonical, name);
    const graph::FileId there = workspace_.resolver().module(plan_.canonical).file;
    if (are_same(old, canonical) && !is_defined_in(canonical, target_->file().file) &&
        !takes_from_target(workspace_, there, name)) {
      row.action = Action::kRedirect;
      row.to = plan_.canonical + ":" + name;
      return row;
    }
    if (definition == nullptr &&
        workspace_.resolver().module(submodule).kind == TargetKind::kModule) {
      row.reason = own_module(submodule);
      return row;
    }
    if (definition == nullptr) {
      row.reason = fmt::format("{} gets {} at run time or by a star; say where it comes from",
                               plan_.target, name);
      return row;
    }
    if (!definition->obstacle.empty()) {
      row.reason = fmt::format("{} (line {}): {}; move it by hand or name another symbol", name,
                               target_->binding(*definition).line, definition->obstacle);
    } else if (old.kind() == TargetKind::kDefinition &&
               old.targets.front().file == workspace_.report().target_file) {
      propose_move(canonical, *definition, row);
    } else {
      propose_source(*definition, row);
    }
    return row;
  }

  /// A statement says so: `import target.name`, or `from target.name import …`.
  bool is_imported_as_module(const std::string& name) const {
    const auto& references = workspace_.report().references;
    return std::any_of(references.begin(), references.end(), [&](const refs::Reference& one) {
      if (one.kind != RefClass::kImport || first_of(one.symbol) != name) return false;
      const python::ModuleFacts& facts = workspace_.file(one.file).facts;
      return one.symbol.size() > name.size() ||
             !facts.imports[facts.names[one.fact].statement].is_from;
    });
  }

  /// The target has no file here: what it had cannot be compared with anything.
  std::string unseen(const std::string& name) const {
    const graph::Resolution& now = workspace_.resolver().attribute(plan_.canonical, name);
    const graph::Target& first = now.targets.front();
    std::string place;
    if (first.kind == TargetKind::kDefinition) {
      place = fmt::format("{}:{} is {}; ", plan_.canonical, name, shown(first));
    } else if (now.is_missing()) {
      place = fmt::format("{} has no {}; ", plan_.canonical, name);
    }
    return fmt::format(
        "{} has no file here to compare with; {}rename to what does the same (to = "
        "\"module:name\")",
        plan_.target, place);
  }

  void propose_move(const graph::Resolution& canonical, const Definition& definition,
                    SymbolRow& row) const {
    const python::Binding& old = target_->binding(definition);
    if (canonical.is_missing() || canonical.kind() == TargetKind::kDynamic ||
        is_defined_in(canonical, target_->file().file)) {
      row.action = Action::kMove;
      row.to = plan_.canonical + ":" + row.name;
      return;
    }
    const graph::Target& other = canonical.targets.front();
    if (canonical.kind() == TargetKind::kExternal) {
      row.reason = fmt::format(
          "{} is not in this tree, so what it has cannot be seen; rename to what "
          "does the same (to = \"module:name\")",
          plan_.canonical);
      return;
    }
    row.reason =
        fmt::format("two definitions: {} at {}, and {}", shown_definition(target_->facts(), old),
                    workspace_.place(target_->file().file, old.line),
                    other.kind == TargetKind::kDefinition ? shown(other) : other.name);
    row.reason.append("; rename to the second if it does the same, or move the first elsewhere");
  }

  std::string shown(const graph::Target& target) const {
    const python::ModuleFacts& facts = workspace_.code().facts(target.file);
    const python::Binding& binding = facts.bindings[target.binding];
    return fmt::format("{} at {}", shown_definition(facts, binding),
                       workspace_.place(target.file, binding.line));
  }

  /// The target only imports it: redirect to where it imports it from.
  void propose_source(const Definition& definition, SymbolRow& row) const {
    const python::ModuleFacts& facts = target_->facts();
    const python::Binding& binding = target_->binding(definition);
    if (!target_->is_import(definition)) {
      const graph::Target& source =
          workspace_.resolver().attribute(plan_.target, row.name).targets.front();
      row.action = Action::kRedirect;
      row.to = source.name;
      if (source.kind == TargetKind::kDefinition && source.name.find(':') != std::string::npos)
        return;
      row.action = Action::kManual;
      row.reason = fmt::format("{} is another name for {}; say where importers find it", row.name,
                               source.name);
      return;
    }
    const python::ImportedName& name = facts.names[binding.imported_name];
    const python::ImportStatement& statement = facts.imports[name.statement];
    row.action = Action::kRedirect;
    const std::string_view imported = facts.text(name.name);
    if (!statement.is_from) {
      row.to = name.alias.empty() ? facts.text(binding.name) : imported;
      if (name.alias.empty() && imported.find('.') != std::string_view::npos) {
        row.action = Action::kManual;
        row.to.clear();
        row.reason = fmt::format(
            "`import {}` binds {} and loads more of it: let importers import that themselves",
            imported, row.name);
      }
      return;
    }
    const auto module = workspace_.code().absolute(target_->file().file, statement.level,
                                                   facts.text(statement.module));
    row.to = fmt::format("{}:{}", module ? *module : from_spelling(facts, statement),
                         facts.text(name.name));
  }

  /// Proposals whose checks fail become manual; a person's rows stay. True if any changed.
  bool give_up_failed(const Derivation& derivation) {
    bool changed = false;
    for (const SymbolRow& row : derivation.plan.symbols) {
      if (decided(row.name) != nullptr || row.action == Action::kManual ||
          row.action == Action::kBrokenBefore)
        continue;
      std::string why;
      for (const Check& check : row.checks)
        if (check.state == CheckState::kFailed)
          why.append(why.empty() ? "" : "; ").append(check.name + ": " + check.detail);
      if (why.empty()) continue;
      changed = true;
      for (SymbolRow& mine : plan_.symbols) {
        if (mine.name != row.name) continue;
        mine.reason = fmt::format("{} to {} does not work: {}", name_of(row.action), row.to, why);
        mine.action = Action::kManual;
        mine.to.clear();
      }
    }
    return changed;
  }

  /// A decorator that is not known to return what it decorates and do nothing else; "" if none.
  std::string registering_decorator(const Definition& definition) const {
    constexpr std::array<std::string_view, 12> kKnown = {"contextmanager", "asynccontextmanager",
                                                         "lru_cache",      "cache",
                                                         "wraps",          "dataclass",
                                                         "final",          "overload",
                                                         "deprecated",     "unique",
                                                         "total_ordering", "runtime_checkable"};
    const python::Binding& binding = target_->binding(definition);
    for (std::uint32_t i = 0; i < binding.decorator_count; ++i) {
      const std::string_view name =
          target_->facts().text(target_->facts().decorators[binding.first_decorator + i]);
      if (std::find(kKnown.begin(), kKnown.end(), last_of(name)) == kKnown.end())
        return name.empty() ? "…" : std::string(name);
    }
    return {};
  }

  /// Names of the target that nobody refers to and that go along with no move.
  bool add_unused(const Derivation& derivation) {
    if (target_ == nullptr) return false;
    std::set<std::string> needed;
    for (const SymbolRow& row : derivation.plan.symbols)
      needed.insert(row.closure.begin(), row.closure.end());
    bool changed = false;
    for (const Definition& definition : target_->definitions()) {
      const bool is_dunder = definition.name.starts_with("__");
      if (is_dunder || target_->is_import(definition) || needed.contains(definition.name) ||
          plan_.symbol(definition.name) != nullptr)
        continue;
      const bool is_tested =
          std::any_of(workspace_.report().references.begin(), workspace_.report().references.end(),
                      [&](const refs::Reference& one) {
                        return one.symbol == definition.name && !one.is_internal;
                      });
      SymbolRow row{.name = definition.name,
                    .action = Action::kDrop,
                    .reason = is_tested ? "only files that go with the module refer to it"
                                        : "nobody refers to it"};
      if (const std::string decorator = registering_decorator(definition); !decorator.empty()) {
        row.action = Action::kManual;
        row.reason +=
            fmt::format(" by name, but @{} may have registered it: move or drop it", decorator);
      }
      add(std::move(row));
      changed = true;
    }
    sort();
    return changed;
  }

  const Workspace& workspace_;
  const PlanRequest& request_;
  Plan plan_{};
  std::set<std::string> deleted_{};
  std::unique_ptr<TargetModel> target_{};
};

}  // namespace

namespace {

/// The files that are the module under one source root or another.
std::vector<std::string> files_of(const graph::CodeBase& code, std::string_view dotted) {
  std::string path(dotted);
  std::replace(path.begin(), path.end(), '.', '/');
  std::vector<std::string> files;
  for (const std::string& root : code.roots()) {
    for (const std::string_view suffix : {"/__init__.py", ".py"}) {
      const std::string file = root + (root.empty() ? "" : "/") + path + std::string(suffix);
      if (code.tree().find(file) == graph::kNoFile) continue;
      files.push_back(file);
      break;
    }
  }
  return files;
}

}  // namespace

Result<Derivation> make_plan(const Workspace& workspace, const PlanRequest& request) {
  const refs::ReferenceReport& report = workspace.report();
  const std::string& target = report.target;
  if (report.target_file == graph::kNoFile && collect_usage(workspace, {}).empty()) {
    return fail(Code::internal,
                fmt::format("there is no module {} in {}, and no code refers to one; give its "
                            "dotted name from a source root (gardener.toml: roots)",
                            target, workspace.tree().root()));
  }
  for (const std::string& module : {target, request.canonical}) {
    const std::vector<std::string> files = files_of(workspace.code(), module);
    if (files.size() > 1) {
      return fail(Code::internal,
                  fmt::format("{} is {} and {}: look at one project at a time (--root)", module,
                              files[0], files[1]));
    }
  }
  if (is_or_under(request.canonical, target))
    return fail(Code::internal,
                fmt::format("--to {} lies in the module that goes", request.canonical));
  const graph::Target canonical = workspace.resolver().module(request.canonical);
  if (canonical.kind == TargetKind::kMissing) {
    return fail(Code::internal, fmt::format("--to {}: there is no such module in {}",
                                            request.canonical, workspace.tree().root()));
  }
  return Planner(workspace, request).run();
}

std::vector<std::string> unresolved_imports(const graph::Resolver& resolver) {
  const graph::CodeBase& code = resolver.code();
  std::vector<std::string> unresolved;
  for (const graph::FileId id : code.python_files()) {
    const python::ModuleFacts& facts = code.facts(id);
    for (std::uint32_t i = 0; i < facts.names.size(); ++i) {
      if (!resolver.imported(id, i).is_missing()) continue;
      const python::ImportStatement& statement = facts.imports[facts.names[i].statement];
      const std::string_view name = facts.text(facts.names[i].name);
      const std::string& path = code.tree().file(id).path;
      unresolved.push_back(
          statement.is_from ? fmt::format("{}: {}:{}", path, from_spelling(facts, statement), name)
                            : fmt::format("{}: {}", path, name));
    }
  }
  std::sort(unresolved.begin(), unresolved.end());
  unresolved.erase(std::unique(unresolved.begin(), unresolved.end()), unresolved.end());
  return unresolved;
}

}  // namespace gp::plan
