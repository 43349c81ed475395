#include "gardener/plan/move.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "gardener/plan/import_table.h"
#include "gardener/plan/insertion.h"
#include "gardener/plan/module_name.h"
#include "gardener/plan/move_obstacle.h"
#include "gardener/plan/symbol_checks.h"

namespace gp::plan {
namespace {

using python::Binding;
using python::BindingKind;

/// What one destination module gets.
class Receiver {
 public:
  Receiver(const Workspace& workspace, const Plan& plan, const TargetModel& target,
           std::string module, graph::FileId file)
      : workspace_(workspace),
        plan_(plan),
        target_(target),
        module_(std::move(module)),
        file_(workspace.file(file)) {}

  /// Adds a symbol with its closure; its checks.
  std::vector<Check> add(const std::string& symbol, std::vector<std::string>& closure) {
    closure_problem_.clear();
    name_problem_.clear();
    cycle_problem_.clear();
    closure_ = &closure;
    std::vector<std::string> open = {symbol};
    while (!open.empty()) {
      const std::string name = std::move(open.back());
      open.pop_back();
      visit(name, symbol, open);
    }
    std::sort(closure.begin(), closure.end());
    const auto check = [](const char* name, const std::string& problem) {
      return Check{name, problem.empty() ? CheckState::kPassed : CheckState::kFailed, problem};
    };
    return {check("closure", closure_problem_), check("free-name", name_problem_),
            check("cycle", cycle_problem_)};
  }

  DestinationEdit finish() const {
    DestinationEdit edit;
    std::vector<std::string> texts;
    bool last_is_assignment = false;
    for (const Definition& definition : target_.definitions()) {
      if (!moved_.contains(definition.name)) continue;
      const bool is_assignment = target_.binding(definition).kind == BindingKind::kAssignment;
      std::string text =
          target_.file().source.substr(definition.text.begin, definition.text.size());
      if (is_assignment && last_is_assignment) {
        if (!texts.back().ends_with(text)) texts.back().append("\n").append(text);
      } else {
        texts.push_back(std::move(text));
      }
      last_is_assignment = is_assignment;
    }
    std::vector<std::string> statements;
    for (const auto& [local, line] : imports_) statements.push_back(line);
    std::sort(statements.begin(), statements.end());
    const std::uint32_t needed = first_needed();
    edit.edits = insert_imports(file_, statements, needed);
    if (!texts.empty()) edit.edits.push_back(insert_definitions(file_, edit.edits, texts, needed));
    edit.imports = std::move(statements);
    for (const python::ImportedName& name : target_.facts().names) {
      for (const Definition& definition : target_.definitions())
        if (moved_.contains(definition.name) && definition.text.contains(name.whole))
          edit.imports.push_back(import_line(target_.facts(), name));
    }
    edit.received.assign(moved_.begin(), moved_.end());
    edit.received.insert(edit.received.end(), reused_.begin(), reused_.end());
    std::sort(edit.received.begin(), edit.received.end());
    return edit;
  }

  const std::set<std::string>& moved() const { return moved_; }
  const std::set<std::string>& reused() const { return reused_; }
  const std::string& module() const { return module_; }

 private:
  /// Where the destination first reads something that moves here while it is imported itself: it
  /// imported that from the target. kNone if nowhere.
  std::uint32_t first_needed() const {
    std::uint32_t first = python::kNone;
    for (const python::Use& use : file_.facts.uses) {
      const std::string name(first_of(file_.facts.text(use.text)));
      if (!use.is_store && moved_.contains(name) && !python::in_function(file_.facts, use.block))
        first = std::min(first, use.span.begin);
    }
    return first;
  }

  static void set(std::string& problem, std::string text) {
    if (problem.empty()) problem = std::move(text);
  }

  void visit(const std::string& name, const std::string& root, std::vector<std::string>& open) {
    if (moved_.contains(name) || reused_.contains(name) || imports_.contains(name)) {
      if (name != root) note(name);
      return;
    }
    const Definition& definition = *target_.find(name);
    const SymbolRow* row = plan_.symbol(name);
    const bool has_place = row != nullptr && goes(row->action);
    if (name != root && has_place &&
        !(row->action == Action::kMove && row->to == module_ + ":" + name)) {
      need_elsewhere(name, *row, root);
    } else if (target_.is_import(definition)) {
      need_import(name, definition, root);
    } else if (name != root && row != nullptr &&
               (row->action == Action::kManual || row->action == Action::kKeep)) {
      set(closure_problem_,
          fmt::format("it needs {}, whose row is {}", name, name_of(row->action)));
    } else {
      take(name, definition, root, open);
    }
  }

  void take(const std::string& name, const Definition& definition, const std::string& root,
            std::vector<std::string>& open) {
    if (!definition.obstacle.empty()) {
      set(closure_problem_, fmt::format("{} cannot be moved: {}", name, definition.obstacle));
      return;
    }
    const Binding& old = target_.binding(definition);
    for (const Binding& here : file_.facts.bindings) {
      if (here.owner != python::kNone || file_.facts.text(here.name) != name) continue;
      if (comes_from_target(here)) continue;
      if (is_twin(old, here)) {
        reused_.insert(name);
        return;
      }
      set(name_problem_,
          fmt::format("{} has another {} already: {} at {}; the one that would move is {} at {}",
                      module_, name, shown_definition(file_.facts, here),
                      workspace_.place(file_.file, here.line),
                      shown_definition(target_.facts(), old),
                      workspace_.place(target_.file().file, old.line)));
      return;
    }
    set(closure_problem_, move_obstacle(workspace_, target_, definition, module_, file_));
    moved_.insert(name);
    if (name != root) note(name);
    open.insert(open.end(), definition.needs.begin(), definition.needs.end());
  }

  void note(const std::string& name) {
    if (std::find(closure_->begin(), closure_->end(), name) == closure_->end())
      closure_->push_back(name);
  }

  bool is_twin(const Binding& old, const Binding& here) const {
    if (old.kind != here.kind) return false;
    if (old.kind != BindingKind::kAssignment) return old.body_hash == here.body_hash;
    const auto text = [](const refs::ScannedFile& file, python::Span span) {
      return std::string_view(file.source).substr(span.begin, span.size());
    };
    return text(target_.file(), old.definition) == text(file_, here.definition);
  }

  /// An import from the target: it goes when the definition comes.
  bool comes_from_target(const Binding& here) const {
    if (here.kind != BindingKind::kImport) return false;
    for (const refs::Reference& reference : workspace_.report().references) {
      if (reference.file == file_.file && reference.kind == refs::RefClass::kImport &&
          reference.fact == here.imported_name)
        return true;
    }
    return false;
  }

  /// `line` is to bind `local` to what `resolution` says, from module `source`.
  void need(const std::string& local, std::string line, const graph::Resolution& resolution,
            std::string_view source) {
    for (const Binding& here : file_.facts.bindings) {
      if (here.owner != python::kNone || file_.facts.text(here.name) != local) continue;
      if (comes_from_target(here)) continue;
      if (are_same(workspace_.resolver().attribute(module_, local), resolution)) return;
      set(name_problem_, fmt::format("it needs `{}`, but {} is something else in {} (line {})",
                                     line, local, module_, here.line));
      return;
    }
    if (source == module_) {
      set(closure_problem_,
          fmt::format("it knows a name of {} as {}: the body would have to change", source, local));
      return;
    }
    std::vector<graph::FileId> loaded = {workspace_.resolver().module(source).file};
    for (const graph::Target& target : resolution.targets)
      if (target.kind == graph::TargetKind::kModule) loaded.push_back(target.file);
    for (const graph::FileId id : loaded) {
      const std::string circle = new_cycle(workspace_, file_.file, id);
      if (!circle.empty())
        set(cycle_problem_,
            fmt::format("it needs `{}`, which would close a circle of imports: {}", line, circle));
    }
    note(line);
    imports_.emplace(local, std::move(line));
  }

  void need_import(const std::string& name, const Definition& definition, const std::string& root) {
    const python::ModuleFacts& facts = target_.facts();
    const Binding& binding = target_.binding(definition);
    if (!definition.obstacle.empty()) {
      set(closure_problem_,
          fmt::format("{} needs the import of {}, but {}", root, name, definition.obstacle));
      return;
    }
    const python::ImportedName& imported = facts.names[binding.imported_name];
    const python::ImportStatement& statement = facts.imports[imported.statement];
    std::string from;
    if (statement.is_from) {
      const auto absolute = workspace_.code().absolute(target_.file().file, statement.level,
                                                       facts.text(statement.module));
      from = absolute ? *absolute : from_spelling(facts, statement);
    }
    const std::string source = from.empty() ? std::string(facts.text(imported.name)) : from;
    need(name, import_line(from, facts.text(imported.name), facts.text(imported.alias)),
         workspace_.resolver().attribute(plan_.target, name), source);
  }

  void need_elsewhere(const std::string& name, const SymbolRow& row, const std::string& root) {
    const Destination to = split_destination(row.to);
    if (to.module == module_ && (to.name == name)) return;
    for (const Definition& other : target_.definitions()) {
      if (std::find(other.writes.begin(), other.writes.end(), name) == other.writes.end()) continue;
      set(closure_problem_,
          fmt::format("{} needs {}, which goes to {} and is assigned by {}: state and its users "
                      "must go to one place",
                      root, name, row.to, other.name));
      return;
    }
    if (to.name.empty()) {
      need(name, import_line("", to.module, name == to.module ? "" : name),
           workspace_.resolver().attribute(plan_.target, name), to.module);
      return;
    }
    need(name, import_line(to.module, to.name, to.name == name ? "" : name),
         workspace_.resolver().attribute(to.module, to.name), to.module);
  }

  const Workspace& workspace_;
  const Plan& plan_;
  const TargetModel& target_;
  std::string module_;
  const refs::ScannedFile& file_;
  std::set<std::string> moved_{};
  std::set<std::string> reused_{};                ///< the destination has an equal one
  std::map<std::string, std::string> imports_{};  ///< statements by local name
  std::vector<std::string>* closure_ = nullptr;
  std::string closure_problem_{};
  std::string name_problem_{};
  std::string cycle_problem_{};
};

/// Definitions that two destinations would get, and state cut off from what assigns it.
void check_split(const TargetModel& target, const std::map<std::string, Receiver>& all,
                 std::map<std::string, std::string>& problems) {
  for (const Definition& definition : target.definitions()) {
    std::vector<std::string> places;
    for (const auto& [module, destination] : all)
      if (destination.moved().contains(definition.name)) places.push_back(module);
    if (places.size() > 1 && !may_be_doubled(target, definition)) {
      problems[definition.name] = fmt::format(
          "{} is needed in {} and in {}: add a [[symbol]] row that moves it to one place",
          definition.name, places[0], places[1]);
    }
    for (const Definition& writer : target.definitions()) {
      if (std::find(writer.writes.begin(), writer.writes.end(), definition.name) ==
          writer.writes.end())
        continue;
      for (const auto& [module, destination] : all) {
        if (!destination.moved().contains(writer.name)) continue;
        for (const std::string& place : places)
          if (place != module)
            problems[definition.name] = fmt::format(
                "{} goes to {}, but {} assigns it and goes to {}: state and its users "
                "must go to one place",
                definition.name, place, writer.name, module);
      }
    }
  }
}

}  // namespace

MoveResult plan_moves(const Workspace& workspace, const Plan& plan, const TargetModel& target) {
  MoveResult result;
  std::map<std::string, Receiver> all;
  for (const SymbolRow& row : plan.symbols) {
    if (row.action != Action::kMove) continue;
    const Destination to = split_destination(row.to);
    const Definition* definition = target.find(row.name);
    const graph::ModuleRef module = workspace.code().find(to.module);
    if (definition != nullptr && target.is_import(*definition) &&
        are_same(workspace.resolver().attribute(plan.target, row.name),
                 workspace.resolver().attribute(to.module, to.name))) {
      result.checks[row.name] = {{"exists"}};  // moved by an earlier apply; the module stayed
      continue;
    }
    std::string problem;
    if (definition == nullptr) {
      problem = fmt::format("{} does not define {}", plan.target, row.name);
    } else if (target.is_import(*definition)) {
      problem =
          fmt::format("{} only imports {}; write action = \"redirect\" to where it comes from",
                      plan.target, row.name);
    } else if (module.file == graph::kNoFile || is_or_under(to.module, plan.target)) {
      problem = fmt::format("{} is no module file of this tree; name one, or create it empty first",
                            to.module);
    } else if (to.name != row.name) {
      problem = "a move keeps the name; write the same name behind the ':'";
    } else if (!workspace.file(module.file).facts.problems.empty()) {
      problem = fmt::format("{} does not parse; mend it first", workspace.path(module.file));
    }
    if (!problem.empty()) {
      result.checks[row.name] = {{"exists", CheckState::kFailed, problem}};
      continue;
    }
    const std::string name(to.module);
    Receiver& destination =
        all.try_emplace(name, workspace, plan, target, name, module.file).first->second;
    result.checks[row.name] = destination.add(row.name, result.closure[row.name]);
  }
  std::map<std::string, std::string> split;
  check_split(target, all, split);
  for (auto& [symbol, checks] : result.checks) {
    const std::vector<std::string>& closure = result.closure[symbol];
    for (const auto& [name, problem] : split)
      if (name == symbol || std::find(closure.begin(), closure.end(), name) != closure.end())
        checks.push_back({"closure", CheckState::kFailed, problem});
  }
  for (const auto& [module, destination] : all) {
    DestinationEdit edit = destination.finish();
    for (const std::string& name : edit.received) result.places[name].push_back(module);
    result.destinations.emplace(workspace.code().find(module).file, std::move(edit));
  }
  return result;
}

}  // namespace gp::plan
