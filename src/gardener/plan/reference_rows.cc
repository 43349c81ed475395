#include "gardener/plan/reference_rows.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "gardener/plan/local_name.h"
#include "gardener/plan/module_name.h"

namespace gp::plan {

using refs::RefClass;
using refs::Reference;

ReferenceRows::ReferenceRows(const Workspace& workspace, const Plan& plan,
                             const TargetModel* target, const MoveResult& moves,
                             const std::set<std::string>& deleted)
    : workspace_(workspace),
      plan_(plan),
      target_(target),
      moves_(moves),
      default_module_row_{.action = Action::kRedirect, .to = plan.canonical},
      deleted_(deleted) {
  for (const ReferenceRow& row : plan.references)
    if (row.is_decided) decisions_[{row.file, row.line, row.column, row.kind}] = &row;
}

FileEditor& ReferenceRows::editor(graph::FileId file) {
  return editors_.try_emplace(file, workspace_, file).first->second;
}

void ReferenceRows::manual(ReferenceRow& row, std::string reason) {
  row.action = Action::kManual;
  row.edit = Edit::kManual;
  row.risk = Risk::kHigh;
  row.reason = std::move(reason);
}

void ReferenceRows::review(ReferenceRow& row, std::string reason) {
  row.action = Action::kKeep;
  row.edit = Edit::kManual;
  row.risk = Risk::kMedium;
  row.reason = std::move(reason);
}

const ReferenceRow* ReferenceRows::decision(const Reference& reference) const {
  const auto found = decisions_.find({workspace_.path(reference.file), reference.begin.line,
                                      reference.begin.column, reference.kind});
  return found == decisions_.end() || found->second->symbol != reference.symbol ? nullptr
                                                                                : found->second;
}

const SymbolRow& ReferenceRows::module_row() const {
  const SymbolRow* row = plan_.symbol("");
  return row == nullptr ? default_module_row_ : *row;
}

void ReferenceRows::run() {
  for (const Reference& reference : workspace_.report().references) {
    if (reference.kind != RefClass::kImport || !reference.symbol.empty() || reference.is_internal ||
        reference.fact == python::kNone)
      continue;
    modules_.emplace(std::pair(reference.file, reference.fact),
                     change_module_object(workspace_, plan_, reference));
  }
  for (const Reference& reference : workspace_.report().references) {
    // Plans speak of the module by their nature.
    if (reference.kind == RefClass::kConfig &&
        workspace_.file(reference.file).source.starts_with("# gardener plan:"))
      continue;
    rows_.push_back(row_of(reference));
  }
}

ReferenceRow ReferenceRows::row_of(const Reference& reference) {
  ReferenceRow row{.file = workspace_.path(reference.file),
                   .line = reference.begin.line,
                   .column = reference.begin.column,
                   .kind = reference.kind,
                   .symbol = reference.symbol,
                   .failure = reference.failure};
  if (reference.is_internal) {
    row.reason = "inside the module itself";
    return row;
  }
  if (deleted_.contains(row.file)) {
    row.action = Action::kDrop;
    row.edit = Edit::kDelete;
    row.reason = "goes with its file";
    return row;
  }
  std::error_code none;
  if (std::filesystem::is_symlink(workspace_.tree().root() + "/" + row.file, none)) {
    row.reason = "a symbolic link: what it points to is edited";
    return row;
  }
  if (reference.is_excluded || reference.population == refs::Population::kBackup) {
    row.reason = reference.is_excluded ? "excluded by the settings: not edited"
                                       : "a backup copy: not edited";
    return row;
  }
  switch (reference.kind) {
    case RefClass::kImport: import_row(reference, row); break;
    case RefClass::kTransitiveImport:
    case RefClass::kPatchIndirect: indirect_row(reference, row); break;
    case RefClass::kAttribute:
    case RefClass::kModuleUse: attribute_row(reference, row); break;
    case RefClass::kPatch:
    case RefClass::kImportModule: string_row(reference, row); break;
    case RefClass::kContainer: container_row(reference, row); break;
    case RefClass::kShellImport: shell_row(reference, row); break;
    case RefClass::kOtherString:
    case RefClass::kConfig: asked_row(reference, row); break;
    case RefClass::kPath:
      review(row, "a file path of the module: look what is done with it");
      break;
    case RefClass::kImportText:
      review(row, "Python in a string: if it is run, change it by hand");
      break;
    case RefClass::kUnparsable:
      manual(row, "in code that does not parse: mend the file, or decide with action = \"keep\"");
      break;
    default: break;
  }
  if (const ReferenceRow* decided = decision(reference);
      decided != nullptr && decided->action == Action::kKeep) {
    row.action = Action::kKeep;
    row.edit = Edit::kNone;
  }
  if (const ReferenceRow* decided = decision(reference); decided != nullptr) {
    row.is_decided = true;
    if (row.action == Action::kManual) {
      row.problem = row.reason;
      row.action = decided->action;
    }
    row.reason = decided->reason;
  }
  if (row.kind == RefClass::kImport || row.kind == RefClass::kAttribute ||
      row.kind == RefClass::kModuleUse)
    needs_target_ = needs_target_ || row.action == Action::kKeep || row.action == Action::kManual;
  return row;
}

void ReferenceRows::import_row(const Reference& reference, ReferenceRow& row) {
  const bool is_swallowed = reference.failure == refs::FailureMode::kSwallowed ||
                            reference.failure == refs::FailureMode::kSkipped;
  row.risk = is_swallowed ? Risk::kMedium : Risk::kLow;
  const ReferenceRow* decided = decision(reference);
  if (decided != nullptr && decided->action == Action::kKeep) return;
  if (decided != nullptr && decided->action == Action::kDrop) return drop_import(reference, row);
  if (reference.module != plan_.target) {
    return manual(row, fmt::format("it is imported as {0} here, the same file under another source "
                                   "root: plan that name (gardener plan {0} --to …)",
                                   reference.module));
  }
  if (reference.symbol.empty()) return module_import(reference, row);
  if (reference.symbol == "*") return star_import(reference, row);
  const std::string submodule = plan_.target + "." + std::string(first_of(reference.symbol));
  if (reference.symbol.find('.') != std::string::npos || is_import_of_module(reference))
    return manual(row, own_module(submodule));
  const SymbolRow* symbol = plan_.symbol(reference.symbol);
  if (symbol == nullptr) {
    const bool is_module =
        workspace_.resolver().module(submodule).kind == graph::TargetKind::kModule;
    return manual(row, is_module
                           ? own_module(submodule)
                           : fmt::format("{} has no [[symbol]] row: run `gardener plan` again",
                                         reference.symbol));
  }
  symbol_import(reference, *symbol, row);
}

// `import target.symbol`: only a module can stand there.
bool ReferenceRows::is_import_of_module(const Reference& reference) const {
  const python::ModuleFacts& facts = workspace_.file(reference.file).facts;
  return !facts.imports[facts.names[reference.fact].statement].is_from;
}

void ReferenceRows::symbol_import(const Reference& reference, const SymbolRow& symbol,
                                  ReferenceRow& row) {
  row.action = symbol.action;
  if (symbol.action == Action::kDrop) return drop_import(reference, row);
  if (symbol.action == Action::kManual) return manual(row, symbol.reason);
  if (!goes(symbol.action)) return;
  const refs::ScannedFile& file = workspace_.file(reference.file);
  const Destination to = split_destination(symbol.to);
  const std::string_view local = local_name(file.facts, reference.fact);
  NameFate fate{.kind = NameFate::Kind::kGo,
                .module = std::string(to.name.empty() ? "" : to.module),
                .name = std::string(to.name.empty() ? to.module : to.name),
                .safety = symbol.action == Action::kRedirect ? Safety::kSafe : Safety::kReviewed};
  const bool is_own = workspace_.code().find(to.module).file == reference.file;
  const std::uint32_t block = file.facts.imports[file.facts.names[reference.fact].statement].block;
  if (is_own && local == to.name) {
    fate.kind = NameFate::Kind::kDrop;  // the file has the definition itself
  } else if (is_own && !python::in_function(file.facts, block)) {
    return manual(row, fmt::format("the file defines {} and imports it as {}: write an assignment "
                                   "instead",
                                   to.name, local));
  }
  row.edit = Edit::kRewrite;
  if (plan_.rename_uses && to.name != local && can_rename_uses(reference, to.name)) {
    fate.takes_new_name = true;
    for (const std::uint32_t index : uses_of(file.facts, reference.fact)) {
      const python::Span span = file.facts.uses[index].span;
      editor(reference.file)
          .add(SpanEdit({span.begin, span.begin + static_cast<std::uint32_t>(local.size())},
                        std::string(to.name), Safety::kReviewed));
    }
  }
  editor(reference.file).set_fate(reference.fact, std::move(fate));
}

bool ReferenceRows::can_rename_uses(const Reference& reference, std::string_view name) const {
  const python::ModuleFacts& facts = workspace_.file(reference.file).facts;
  const python::ImportedName& imported = facts.names[reference.fact];
  if (!imported.alias.empty()) return false;
  const std::string_view local = facts.text(imported.name);
  for (const python::TextRef exported : facts.all)
    if (facts.text(exported) == local) return false;
  std::uint32_t bound = 0;
  for (std::uint32_t i = 0; i < facts.names.size(); ++i) {
    bound += local_name(facts, i) == local ? 1 : 0;
    if (local_name(facts, i) == name) return false;
  }
  for (const python::Use& use : facts.uses) {
    const std::string_view first = first_of(facts.text(use.text));
    if (first == name || (first == local && use.is_store)) return false;
  }
  for (const Reference& other : workspace_.report().references) {
    const bool is_indirect =
        other.kind == RefClass::kPatchIndirect || other.kind == RefClass::kTransitiveImport;
    if (!is_indirect) continue;
    const std::vector<std::string> names = workspace_.code().names_of(reference.file);
    if (std::find(names.begin(), names.end(), other.module) != names.end()) return false;
  }
  return bound == 1;
}

void ReferenceRows::module_import(const Reference& reference, ReferenceRow& row) {
  const ModuleObjectChange& change = modules_.at({reference.file, reference.fact});
  const SymbolRow* symbol = plan_.symbol("");
  if (!change.problem.empty()) return manual(row, change.problem);
  row.action = symbol->action;
  row.edit = Edit::kRewrite;
  row.risk = std::max(row.risk, Risk::kMedium);
  FileEditor& editor = this->editor(reference.file);
  editor.set_fate(reference.fact, change.fate);
  editor.add(change.edits);
}

std::string ReferenceRows::why_not_dropped(const Reference& reference) const {
  const python::ModuleFacts& facts = workspace_.file(reference.file).facts;
  const std::vector<std::uint32_t> uses = uses_of(facts, reference.fact);
  if (!uses.empty())
    return fmt::format("it is used at {}",
                       workspace_.place(reference.file, facts.uses[uses.front()].line));
  const std::vector<std::string> names = workspace_.code().names_of(reference.file);
  for (const Reference& other : workspace_.report().references) {
    const bool is_through =
        (other.kind == RefClass::kTransitiveImport || other.kind == RefClass::kPatchIndirect) &&
        std::find(names.begin(), names.end(), other.module) != names.end();
    if (is_through && other.symbol == reference.symbol &&
        !deleted_.contains(workspace_.path(other.file)))
      return fmt::format("it is taken from here at {}",
                         workspace_.place(other.file, other.begin.line));
  }
  return {};
}

void ReferenceRows::drop_import(const Reference& reference, ReferenceRow& row) {
  const std::string problem = why_not_dropped(reference);
  if (!problem.empty()) return manual(row, "the import cannot be dropped: " + problem);
  row.action = Action::kDrop;
  row.edit = Edit::kDelete;
  const python::ModuleFacts& facts = workspace_.file(reference.file).facts;
  const std::string_view local = local_name(facts, reference.fact);
  FileEditor& editor = this->editor(reference.file);
  editor.set_fate(reference.fact, {.kind = NameFate::Kind::kDrop, .safety = Safety::kReviewed});
  const auto is_bound_again = std::any_of(
      facts.bindings.begin(), facts.bindings.end(), [&](const python::Binding& binding) {
        return binding.owner == python::kNone && facts.text(binding.name) == local &&
               binding.imported_name != reference.fact;
      });
  if (!is_bound_again) editor.drop_from_all(local);
}

void ReferenceRows::indirect_row(const Reference& reference, ReferenceRow& row) {
  const SymbolRow* symbol = plan_.symbol(reference.symbol.substr(0, reference.symbol.find(',')));
  row.action = symbol == nullptr ? Action::kKeep : symbol->action;
  row.failure = reference.failure;
  row.reason = fmt::format("through {}, which keeps the name", reference.module);
}

void ReferenceRows::attribute_row(const Reference& reference, ReferenceRow& row) {
  const std::string_view name = first_of(reference.symbol);
  const SymbolRow* symbol = plan_.symbol(name);
  row.risk = reference.kind == RefClass::kModuleUse ? Risk::kMedium : Risk::kLow;
  if (reference.module != plan_.target) return indirect_row(reference, row);
  for (const auto& [key, change] : modules_) {
    if (key.first != reference.file || !change.uses.contains(reference.fact)) continue;
    if (!change.problem.empty()) return manual(row, change.problem);
    const SymbolRow* module = plan_.symbol("");
    row.action = symbol == nullptr ? module->action : symbol->action;
    const bool is_renamed =
        symbol != nullptr && goes(symbol->action) && split_destination(symbol->to).name != name;
    row.edit = is_renamed && !name.empty() ? Edit::kRewrite : Edit::kNone;
    row.reason = "through the import of the module in this file";
    if (reference.kind == RefClass::kModuleUse)
      row.reason = "the object of the module is used: what it is asked for by name cannot be seen";
    return;
  }
  manual(row, "the module is reached without an import of it in this file: import it by name");
}

}  // namespace gp::plan
