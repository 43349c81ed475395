/// FileEditor: gathers what becomes of one file and makes its FileChange.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gardener/plan/file_change.h"
#include "gardener/plan/import_layout.h"
#include "gardener/plan/rewrite_import.h"
#include "gardener/plan/workspace.h"

namespace gp::plan {

class FileEditor {
 public:
  FileEditor(const Workspace& workspace, graph::FileId file);

  const refs::ScannedFile& file() const { return file_; }
  void set_fate(std::uint32_t imported_name, NameFate fate);
  /// A `from x import *` that becomes the given statements.
  void set_statements(std::uint32_t statement, std::vector<ImportGroup> groups);
  void add(SpanEdit edit) { edits_.push_back(std::move(edit)); }
  void add(std::vector<SpanEdit> edits);
  /// Import lines that other edits bring.
  void gains(const std::vector<std::string>& imports);
  /// Removes the string from `__all__`, with its comma and, if it stands alone, its line.
  void drop_from_all(std::string_view name);
  /// False if nothing changes.
  bool finish(FileChange& change);

 private:
  void rewrite(std::uint32_t statement, std::vector<std::string>& table);
  bool leaves_block_empty(std::uint32_t statement) const;
  bool is_dropped(std::uint32_t statement) const;

  const Workspace& workspace_;
  const refs::ScannedFile& file_;
  std::map<std::uint32_t, std::vector<NameFate>> fates_{};  ///< by statement
  std::map<std::uint32_t, std::vector<ImportGroup>> statements_{};
  std::vector<SpanEdit> edits_{};
  std::vector<std::string> gained_{};
};

}  // namespace gp::plan
