/// Plan: what becomes of a deprecated module. One row per symbol, one per reference; a person edits
/// the symbol rows, gardener derives the reference rows from them.
///
/// The file is TOML (plan_file.h). Rows are sorted, so that a changed plan shows a small diff.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/refs/reference.h"

namespace gp::plan {

enum class Action : std::uint8_t {
  kRedirect,      ///< the same object lives at `to`: only the import path changes
  kRename,        ///< a person names another symbol that does the job
  kMove,          ///< defined only here: the definition goes to `to` with the closure it needs
  kDrop,          ///< nobody needs it, or only tests of the module itself; wants a reason
  kKeep,          ///< stays as it is (guards, docs, history); listed and found again after apply
  kBrokenBefore,  ///< did not resolve before: neither counted as success nor mended silently
  kManual,        ///< a person decides; apply refuses to delete the module while one is open
};
std::string_view name_of(
    Action action);  // "redirect", "rename", "move", "drop", "keep", "broken-before", "manual"
bool parse(std::string_view name, Action& action);
/// Redirect, rename or move: whoever imports the symbol is sent elsewhere.
bool goes(Action action);

enum class CheckState : std::uint8_t { kPassed, kFailed, kUnknown };
std::string_view name_of(CheckState state);  // "passed", "failed", "unknown"
/// One thing looked at before a row may be executed.
struct Check {
  std::string name{};  ///< "same-definition", "exists", "async", "parameters", "kind", "cycle",
                       ///< "free-name", "closure"
  CheckState state = CheckState::kPassed;
  std::string detail{};  ///< a sentence with file:line for what failed
};

struct SymbolRow {
  std::string name{};  ///< in the deprecated module; "" is the module object itself
  Action action = Action::kManual;
  std::string to{};      ///< "module:name" (redirect, rename, move); "module" for the module object
                         ///< and for a symbol that is a module (`import time` in the target)
  std::string reason{};  ///< prose; required for drop, explains manual
  std::vector<std::string> closure{};  ///< move: further definitions and imports that go along
  std::vector<Check> checks{};
  std::uint32_t imports = 0;  ///< how many imported names
  std::uint32_t calls = 0;
  std::uint32_t awaited = 0;
  std::uint32_t plan_line = 0;  ///< of the row in the plan file; 0 if it comes from none
};

enum class Edit : std::uint8_t { kNone, kRewrite, kDelete, kManual };
std::string_view name_of(Edit edit);  // "none", "rewrite", "delete", "manual"
enum class Risk : std::uint8_t { kLow, kMedium, kHigh };
std::string_view name_of(Risk risk);  // "low", "medium", "high"

struct ReferenceRow {
  std::string file{};
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  refs::RefClass kind = refs::RefClass::kImport;
  std::string symbol{};
  Action action = Action::kKeep;
  Edit edit = Edit::kNone;
  Risk risk = Risk::kLow;
  refs::FailureMode failure = refs::FailureMode::kNone;
  std::string reason{};  ///< why kept, or why a person must look
  /// A person set the action: "drop", "keep", or for strings "redirect". In the file such a row has
  /// a `reason`; gardener's own prose is its `note`.
  bool is_decided = false;
  std::string problem{};  ///< why what a person decided cannot be done; "" if it can
  std::uint32_t plan_line = 0;
};

struct FileRow {
  std::string path{};
  std::string hash{};       ///< of the bytes the plan was made from; apply refuses others
  bool is_deleted = false;  ///< the module itself, and files dropped by name
  std::string reason{};     ///< why a person deletes it
  std::uint32_t plan_line = 0;
};

struct Plan {
  std::string path{};       ///< of the plan file, for messages; "" if there is none
  std::string target{};     ///< the deprecated module
  std::string canonical{};  ///< --to
  std::string root{};       ///< informative
  bool rename_uses = false;
  std::vector<SymbolRow> symbols{};        ///< sorted by name
  std::vector<ReferenceRow> references{};  ///< sorted by file, line, column
  std::vector<FileRow> files{};            ///< sorted by path: every file that is edited or deleted
  std::vector<std::string>
      unresolved_before{};  ///< "file: module:name", sorted: the baseline of verify

  /// nullptr if there is no such row.
  const SymbolRow* symbol(std::string_view name) const;
};

}  // namespace gp::plan
