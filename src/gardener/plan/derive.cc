#include "gardener/plan/derive.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <set>

#include "gardener/plan/import_table.h"
#include "gardener/plan/module_name.h"
#include "gardener/plan/move.h"
#include "gardener/plan/reference_rows.h"
#include "gardener/plan/symbol_checks.h"

namespace gp::plan {
namespace {

using refs::RefClass;

class Deriver {
 public:
  Deriver(const Workspace& workspace, const Plan& decided) : workspace_(workspace) {
    result_.plan = decided;
    const graph::FileId target = workspace.report().target_file;
    if (target != graph::kNoFile) target_ = std::make_unique<TargetModel>(workspace.file(target));
    for (const FileRow& row : decided.files)
      if (row.is_deleted && !row.reason.empty() && !is_target(row.path)) deleted_.insert(row.path);
  }

  Derivation run() {
    check_files();
    usage_ = collect_usage(workspace_, deleted_);
    if (target_ != nullptr) moves_ = plan_moves(workspace_, plan(), *target_);
    check_symbols();
    ReferenceRows rows(workspace_, plan(), target_.get(), moves_, deleted_);
    rows.run();
    bool keeps_target = rows.needs_target();
    for (const SymbolRow& row : plan().symbols)
      keeps_target = keeps_target || row.action == Action::kKeep || row.action == Action::kManual;
    for (const auto& [file, edit] : moves_.destinations) {
      FileEditor& editor = rows.editor(file);
      editor.add(edit.edits);
      editor.gains(edit.imports);
      if (keeps_target) leave_imports(rows, file, edit);
    }
    result_.plan.references = rows.take_rows();
    collect_changes(rows, keeps_target);
    if (!keeps_target) refuse_effects();
    refuse_references();
    refuse_unreadable();
    std::sort(result_.refusals.begin(), result_.refusals.end());
    result_.refusals.erase(std::unique(result_.refusals.begin(), result_.refusals.end()),
                           result_.refusals.end());
    return std::move(result_);
  }

 private:
  Plan& plan() { return result_.plan; }

  void refuse(std::uint32_t line, std::string_view text) {
    const std::string where = plan().path.empty() ? std::string("plan")
                              : line == 0         ? plan().path
                                                  : fmt::format("{}:{}", plan().path, line);
    result_.refusals.push_back(fmt::format("{}: {}", where, text));
  }

  bool is_target(const std::string& path) const {
    const graph::FileId target = workspace_.report().target_file;
    return target != graph::kNoFile && workspace_.path(target) == path;
  }

  void check_files() {
    for (const FileRow& row : plan().files) {
      const graph::FileId id = workspace_.tree().find(row.path);
      if (row.is_deleted && row.reason.empty() && id != graph::kNoFile &&
          id != workspace_.report().target_file) {
        refuse(row.plan_line,
               fmt::format("{} is to be deleted without a reason; add reason = \"…\"", row.path));
      }
      if (row.is_deleted && id == graph::kNoFile && row.hash.empty())
        refuse(row.plan_line, fmt::format("there is no file {}; correct the path", row.path));
    }
  }

  void check_symbols() {
    const SymbolChecker checker(workspace_, plan(), target_.get());
    for (SymbolRow& row : plan().symbols) {
      const SymbolUsage& usage = usage_[row.name];
      row.imports = usage.imports;
      row.calls = static_cast<std::uint32_t>(usage.calls.size());
      row.awaited = static_cast<std::uint32_t>(
          std::count_if(usage.calls.begin(), usage.calls.end(),
                        [](const CallSite& call) { return call.is_awaited; }));
      row.checks.clear();
      row.closure.clear();
      const bool is_known = row.name.empty() || !usage.references.empty() || target_ == nullptr ||
                            target_->find(row.name) != nullptr || is_in_deleted_file(row.name);
      if (!is_known) {
        refuse(row.plan_line, fmt::format("{} has no {} and nobody asks for it; delete the row",
                                          plan().target, row.name));
      }
      if (row.action == Action::kRedirect || row.action == Action::kRename ||
          (row.action == Action::kMove && target_ == nullptr)) {
        row.checks = checker.check(row, usage);
      } else if (row.action == Action::kMove) {
        row.checks = moves_.checks[row.name];
        row.closure = moves_.closure[row.name];
        if (row.checks.front().state != CheckState::kFailed || row.checks.size() > 1)
          for (Check& check : checker.check(row, usage)) row.checks.push_back(std::move(check));
      } else if (row.action == Action::kBrokenBefore && target_ != nullptr &&
                 target_->find(row.name) != nullptr) {
        row.checks = {
            {"exists", CheckState::kFailed,
             fmt::format("{} does have {}: it was not broken before", plan().target, row.name)}};
      }
      refuse_symbol(row);
    }
  }

  bool is_in_deleted_file(const std::string& symbol) const {
    const auto& references = workspace_.report().references;
    return std::any_of(references.begin(), references.end(), [&](const refs::Reference& one) {
      return one.symbol == symbol && deleted_.contains(workspace_.path(one.file));
    });
  }

  void refuse_symbol(const SymbolRow& row) {
    const std::string name = row.name.empty() ? "the module object" : row.name;
    if (row.action == Action::kManual) {
      const auto& usage = usage_[row.name];
      if (usage.references.empty() && target_ == nullptr) return;
      refuse(row.plan_line, fmt::format("{} is manual and open: {}", name, row.reason));
    }
    for (const Check& check : row.checks)
      if (check.state == CheckState::kFailed)
        refuse(row.plan_line, fmt::format("{}: {} to {} fails `{}`: {}", name, name_of(row.action),
                                          row.to, check.name, check.detail));
  }

  /// The module stays although definitions leave it: it imports them from where they went.
  void leave_imports(ReferenceRows& rows, graph::FileId destination, const DestinationEdit& edit) {
    FileEditor& editor = rows.editor(target_->file().file);
    const std::string module = workspace_.code().name_of(destination);
    for (const std::string& name : edit.received) {
      const Definition* definition = target_->find(name);
      const std::string line = import_line(module, name, "");
      editor.add(SpanEdit(definition->text, line, Safety::kReviewed));
      editor.gains({line});
    }
  }

  void collect_changes(ReferenceRows& rows, bool keeps_target) {
    std::vector<FileRow> files;
    for (auto& [id, editor] : rows.editors()) {
      FileChange change;
      if (deleted_.contains(workspace_.path(id)) || !editor.finish(change)) continue;
      result_.changes.push_back(std::move(change));
    }
    for (const std::string& path : deleted_) {
      const graph::FileId id = workspace_.tree().find(path);
      if (id == graph::kNoFile) continue;
      remove(id);
    }
    const graph::FileId target = workspace_.report().target_file;
    if (target != graph::kNoFile && !keeps_target && !deleted_.contains(workspace_.path(target))) {
      if (!workspace_.code().children(plan().target).empty()) {
        refuse(0, fmt::format("{} is a package with modules of its own; remove those first",
                              plan().target));
      }
      remove(target);
    }
    std::sort(result_.changes.begin(), result_.changes.end(),
              [](const FileChange& a, const FileChange& b) { return a.path < b.path; });
    for (const FileChange& change : result_.changes) {
      FileRow row{
          .path = change.path, .hash = hash_of(change.before), .is_deleted = change.is_deleted};
      for (const FileRow& decided : plan().files)
        if (decided.path == change.path && decided.is_deleted) row.reason = decided.reason;
      files.push_back(std::move(row));
    }
    for (const FileRow& decided : plan().files) {
      const bool is_listed = std::any_of(
          files.begin(), files.end(), [&](const FileRow& row) { return row.path == decided.path; });
      if (!is_listed && decided.is_deleted && !decided.reason.empty() && !is_target(decided.path))
        files.push_back(decided);
    }
    std::sort(files.begin(), files.end(),
              [](const FileRow& a, const FileRow& b) { return a.path < b.path; });
    plan().files = std::move(files);
  }

  void remove(graph::FileId id) {
    result_.changes.push_back({.path = workspace_.path(id),
                               .before = workspace_.file(id).source,
                               .is_deleted = true,
                               .is_python = true});
  }

  /// What the module does when it is imported is nobody's symbol. A person who has seen to it says
  /// so by a reason in the [[file]] row.
  void refuse_effects() {
    if (target_ == nullptr) return;
    const std::string& path = workspace_.path(target_->file().file);
    for (const FileRow& row : plan().files)
      if (row.path == path && row.is_deleted && !row.reason.empty()) return;
    std::string places;
    for (const Effect& effect : target_->effects())
      places.append(
          fmt::format("{}line {} `{}`", places.empty() ? "" : ", ", effect.line, effect.text));
    if (places.empty()) return;
    result_.refusals.push_back(fmt::format(
        "{}: runs when the module is imported, and would run no more: {}; put it where it "
        "belongs, then give the [[file]] row of the module a reason",
        path, places));
  }

  void refuse_references() {
    for (const ReferenceRow& row : plan().references) {
      if (row.action != Action::kManual && row.problem.empty()) continue;
      const SymbolRow* symbol = plan().symbol(row.symbol);
      const bool is_told =
          row.kind == RefClass::kImport && symbol != nullptr && symbol->action == Action::kManual;
      if (is_told) continue;
      result_.refusals.push_back(fmt::format("{}:{}:{}: {} {}: {}", row.file, row.line, row.column,
                                             refs::name_of(row.kind),
                                             row.symbol.empty() ? "of the module" : row.symbol,
                                             row.problem.empty() ? row.reason : row.problem));
    }
  }

  bool is_excluded(const std::string& path) const {
    const graph::FileId id = workspace_.tree().find(path);
    return id != graph::kNoFile && workspace_.tree().file(id).is_excluded;
  }

  void refuse_unreadable() {
    for (const refs::Unreadable& file : workspace_.report().unreadable) {
      if (!file.leaves_hole() || deleted_.contains(file.path)) continue;
      const bool is_decided = std::any_of(
          plan().references.begin(), plan().references.end(),
          [&](const ReferenceRow& row) { return row.file == file.path && row.is_decided; });
      const bool is_edited =
          std::any_of(result_.changes.begin(), result_.changes.end(),
                      [&](const FileChange& change) { return change.path == file.path; });
      if (file.is_unread && !is_excluded(file.path)) {
        result_.refusals.push_back(fmt::format(
            "{}: it cannot be read ({}) and may refer to the module: make it readable, or "
            "exclude it",
            file.path, file.message));
      }
      if (is_decided || !is_edited || file.is_unread) continue;
      result_.refusals.push_back(
          fmt::format("{}:{}: {}; it names the module and would be edited: "
                      "mend it first",
                      file.path, file.line, file.message));
    }
  }

  const Workspace& workspace_;
  Derivation result_{};
  std::unique_ptr<TargetModel> target_{};
  std::set<std::string> deleted_{};
  std::map<std::string, SymbolUsage> usage_{};
  MoveResult moves_{};
};

}  // namespace

Derivation derive(const Workspace& workspace, const Plan& decided) {
  return Deriver(workspace, decided).run();
}

}  // namespace gp::plan
