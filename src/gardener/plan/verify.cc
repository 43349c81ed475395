#include "gardener/plan/verify.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "gardener/plan/apply.h"
#include "gardener/plan/file_writer.h"
#include "gardener/plan/import_table.h"
#include "gardener/plan/module_name.h"
#include "gardener/plan/planner.h"
#include "gardener/plan/string_target.h"

namespace gp::plan {
namespace {

using refs::RefClass;

Fact finish(Fact fact) {
  std::sort(fact.evidence.begin(), fact.evidence.end());
  fact.holds = fact.evidence.empty();
  return fact;
}

class Verifier {
 public:
  Verifier(const Workspace& workspace, const Plan& plan, std::vector<StoredFile> files)
      : workspace_(workspace), plan_(plan), files_(std::move(files)) {}

  Verification run() {
    Verification result;
    for (const StoredFile& file : files_)
      if (file.is_python && !file.is_deleted) result.edited.push_back(file.path);
    result.facts = {bytes(),      deleted(), imports(),   resolved(),
                    unresolved(), patches(), references()};
    return result;
  }

 private:
  Fact bytes() const {
    Fact fact{.name = "bytes"};
    std::size_t spans = 0;
    for (const StoredFile& file : files_) {
      if (file.is_deleted) continue;
      spans += file.edits.size();
      const Result<std::string> now = read_bytes(workspace_.tree().root() + "/" + file.path);
      const Result<std::string> old = now ? undo(file, now.value()) : now;
      if (!old) fact.evidence.push_back(old.error().message);
    }
    fact.summary = fmt::format("every byte outside the {} planned spans is as it was", spans);
    return finish(std::move(fact));
  }

  Fact deleted() const {
    Fact fact{.name = "deleted"};
    std::size_t count = 0;
    for (const StoredFile& file : files_) {
      if (!file.is_deleted) continue;
      ++count;
      if (std::filesystem::exists(workspace_.tree().root() + "/" + file.path))
        fact.evidence.push_back(file.path + ": is there again");
    }
    fact.summary = fmt::format("{} {} gone", count, count == 1 ? "file is" : "files are");
    return finish(std::move(fact));
  }

  Fact imports() const {
    Fact fact{.name = "imports"};
    std::size_t lines = 0;
    for (const StoredFile& file : files_) {
      const graph::FileId id = workspace_.tree().find(file.path);
      if (!file.is_python || file.is_deleted) continue;
      if (id == graph::kNoFile) {
        fact.evidence.push_back(file.path + ": is missing");
        continue;
      }
      const std::vector<std::string> now = import_table(workspace_.file(id).facts);
      lines += now.size();
      std::vector<std::string> differing;
      std::set_symmetric_difference(now.begin(), now.end(), file.imports.begin(),
                                    file.imports.end(), std::back_inserter(differing));
      for (const std::string& line : differing)
        fact.evidence.push_back(fmt::format("{}: `{}` is not as planned", file.path, line));
    }
    fact.summary = fmt::format(
        "the import tables of the edited files are the planned ones "
        "({} names)",
        lines);
    return finish(std::move(fact));
  }

  bool is_in_baseline(const std::string& line) const {
    return std::binary_search(plan_.unresolved_before.begin(), plan_.unresolved_before.end(), line);
  }

  Fact resolved() const {
    Fact fact{.name = "resolved"};
    std::size_t count = 0;
    for (const SymbolRow& row : plan_.symbols) {
      if (row.action != Action::kRedirect && row.action != Action::kRename &&
          row.action != Action::kMove)
        continue;
      const Destination to = split_destination(row.to);
      ++count;
      const bool is_there =
          to.name.empty()
              ? workspace_.resolver().module(to.module).kind != graph::TargetKind::kMissing
              : !workspace_.resolver().attribute(to.module, to.name).is_missing();
      if (!is_there)
        fact.evidence.push_back(fmt::format("{} (of {}) does not resolve", row.to, row.name));
    }
    fact.summary = fmt::format("{} destinations resolve", count);
    return finish(std::move(fact));
  }

  Fact unresolved() const {
    Fact fact{.name = "unresolved"};
    for (const std::string& line : unresolved_imports(workspace_.resolver()))
      if (!is_in_baseline(line)) fact.evidence.push_back(line);
    fact.summary = fmt::format("no import stopped resolving ({} did not before)",
                               plan_.unresolved_before.size());
    return finish(std::move(fact));
  }

  /// Patch targets in the edited spans: each literal there that resolved before must resolve now.
  Fact patches() const {
    Fact fact{.name = "patches"};
    std::size_t count = 0;
    for (const ReferenceRow& row : plan_.references) {
      if (row.kind != RefClass::kPatch || row.edit != Edit::kRewrite || !row.reason.empty())
        continue;
      const graph::FileId id = workspace_.tree().find(row.file);
      if (id == graph::kNoFile) continue;
      const refs::ScannedFile& file = workspace_.file(id);
      for (std::uint32_t i = 0; i < file.facts.strings.size(); ++i) {
        const python::StringLiteral& string = file.facts.strings[i];
        if (!is_in_edit(row.file, string.content)) continue;
        const std::string value = JoinedString(file, i).value();
        ++count;
        if (workspace_.resolver().path(value).is_missing())
          fact.evidence.push_back(
              fmt::format("{}:{}: {} does not resolve", row.file, string.line, value));
      }
    }
    std::sort(fact.evidence.begin(), fact.evidence.end());
    fact.evidence.erase(std::unique(fact.evidence.begin(), fact.evidence.end()),
                        fact.evidence.end());
    fact.summary = fmt::format("patch targets that were rewritten resolve ({} looked at)", count);
    return finish(std::move(fact));
  }

  bool is_in_edit(const std::string& path, python::Span content) const {
    for (const StoredFile& file : files_) {
      if (file.path != path) continue;
      return std::any_of(file.edits.begin(), file.edits.end(), [&](const StoredEdit& edit) {
        return edit.begin < edit.end && content.contains({edit.begin, edit.end});
      });
    }
    return false;
  }

  static bool counts(const refs::Reference& reference) {
    switch (reference.kind) {
      case RefClass::kImport:
      case RefClass::kTransitiveImport:
      case RefClass::kAttribute:
      case RefClass::kModuleUse:
      case RefClass::kPatch:
      case RefClass::kPatchIndirect:
      case RefClass::kImportModule:
      case RefClass::kContainer:
      case RefClass::kShellImport:
      case RefClass::kUnparsable: return true;
      default: return false;
    }
  }

  Fact references() const {
    Fact fact{.name = "references"};
    std::map<std::pair<std::string, RefClass>, std::size_t> kept;
    for (const ReferenceRow& row : plan_.references)
      if (row.edit == Edit::kNone || row.edit == Edit::kManual) ++kept[{row.file, row.kind}];
    std::size_t left = 0;
    for (const refs::Reference& reference : workspace_.report().references) {
      if (!counts(reference) || reference.is_internal) continue;
      const std::string& path = workspace_.path(reference.file);
      ++left;
      std::size_t& allowed = kept[{path, reference.kind}];
      if (allowed > 0) {
        --allowed;
        continue;
      }
      fact.evidence.push_back(fmt::format("{}: {} {} is left",
                                          workspace_.place(reference.file, reference.begin.line),
                                          refs::name_of(reference.kind), reference.symbol));
    }
    const auto by_hand = std::count_if(
        plan_.references.begin(), plan_.references.end(), [](const ReferenceRow& row) {
          return row.edit == Edit::kManual && row.action == Action::kKeep;
        });
    fact.summary = fmt::format(
        "{} references are left, all of them kept by the plan; {} places that a person was to look "
        "at (strings, paths, configurations) are not judged",
        left, by_hand);
    return finish(std::move(fact));
  }

  const Workspace& workspace_;
  const Plan& plan_;
  std::vector<StoredFile> files_;
};

}  // namespace

bool Verification::holds() const {
  return std::all_of(facts.begin(), facts.end(), [](const Fact& fact) { return fact.holds; });
}

Result<Verification> verify(const Workspace& workspace, const Plan& plan,
                            const std::string& plan_name) {
  const std::string path = workspace.tree().root() + "/" + patch_path(plan_name);
  GP_TRY(const std::string bytes, read_bytes(path));
  GP_TRY(std::vector<StoredFile> files, read_patch(bytes, path));
  return Verifier(workspace, plan, std::move(files)).run();
}

}  // namespace gp::plan
