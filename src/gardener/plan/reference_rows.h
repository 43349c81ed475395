/// ReferenceRows: one row per reference, and the edits that belong to it.
///
/// To change what happens with a class of references, begin in `row_of()`: each class has one
/// function.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "gardener/plan/file_editor.h"
#include "gardener/plan/module_object.h"
#include "gardener/plan/move.h"
#include "gardener/plan/plan.h"
#include "gardener/plan/target_model.h"
#include "gardener/plan/usage.h"

namespace gp::plan {

class ReferenceRows {
 public:
  /// `target` may be nullptr: the module is gone already.
  ReferenceRows(const Workspace& workspace, const Plan& plan, const TargetModel* target,
                const MoveResult& moves, const std::set<std::string>& deleted);

  /// Makes the rows of all references; sorted as they are.
  void run();

  std::vector<ReferenceRow> take_rows() { return std::move(rows_); }
  std::map<graph::FileId, FileEditor>& editors() { return editors_; }
  FileEditor& editor(graph::FileId file);
  /// True if what stays in the code still needs the module.
  bool needs_target() const { return needs_target_; }

 private:
  ReferenceRow row_of(const refs::Reference& reference);
  void import_row(const refs::Reference& reference, ReferenceRow& row);
  void symbol_import(const refs::Reference& reference, const SymbolRow& symbol, ReferenceRow& row);
  void module_import(const refs::Reference& reference, ReferenceRow& row);
  void star_import(const refs::Reference& reference, ReferenceRow& row);
  void drop_import(const refs::Reference& reference, ReferenceRow& row);
  void attribute_row(const refs::Reference& reference, ReferenceRow& row);
  void indirect_row(const refs::Reference& reference, ReferenceRow& row);
  void string_row(const refs::Reference& reference, ReferenceRow& row);
  void container_row(const refs::Reference& reference, ReferenceRow& row);
  /// Rewritten only when a person says so (action = "redirect").
  void asked_row(const refs::Reference& reference, ReferenceRow& row);
  bool names_the_module(const refs::Reference& reference) const;
  void shell_row(const refs::Reference& reference, ReferenceRow& row);

  const ReferenceRow* decision(const refs::Reference& reference) const;
  /// The row of the module object; where there is none, the canonical module takes its place.
  const SymbolRow& module_row() const;
  /// "module:name" that a patch of the target's `symbol` is to name; "" if that cannot be known.
  std::string patch_place(const std::string& symbol, Action& action) const;
  /// True if others take names from the file that it imports itself (a package is there for that).
  bool is_passed_on(graph::FileId file) const;
  std::string why_not_dropped(const refs::Reference& reference) const;
  bool is_import_of_module(const refs::Reference& reference) const;
  bool can_rename_uses(const refs::Reference& reference, std::string_view name) const;
  static void manual(ReferenceRow& row, std::string reason);
  static void review(ReferenceRow& row, std::string reason);

  const Workspace& workspace_;
  const Plan& plan_;
  const TargetModel* target_;
  const MoveResult& moves_;
  SymbolRow default_module_row_;
  const std::set<std::string>& deleted_;
  using Key = std::tuple<std::string, std::uint32_t, std::uint32_t, refs::RefClass>;
  std::map<Key, const ReferenceRow*> decisions_{};
  std::map<graph::FileId, FileEditor> editors_{};
  std::map<std::pair<graph::FileId, std::uint32_t>, ModuleObjectChange> modules_{};
  std::set<std::pair<graph::FileId, std::uint32_t>> edited_{};  ///< strings and shell offsets done
  std::vector<ReferenceRow> rows_{};
  bool needs_target_ = false;
};

}  // namespace gp::plan
