#include "gardener/plan/apply.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <filesystem>

#include "gardener/plan/diff.h"
#include "gardener/plan/file_writer.h"
#include "gardener/plan/git_status.h"
#include "gardener/plan/patch.h"
#include "protocol/codes.h"

namespace gp::plan {
namespace {

constexpr const char* kFolder = ".gardener";

std::vector<std::string> changed_since(const Plan& decided, const Derivation& derivation) {
  std::vector<std::string> refusals;
  for (const FileChange& change : derivation.changes) {
    for (const FileRow& row : decided.files) {
      if (row.path != change.path || row.hash.empty() || row.hash == hash_of(change.before))
        continue;
      refusals.push_back(
          fmt::format("{}: changed since the plan was made: run `gardener plan` "
                      "again, which keeps your rows",
                      change.path));
    }
  }
  return refusals;
}

/// Prepares the writes and what is stored; the diff comes along.
class Preparation {
 public:
  Preparation(const std::string& root, Applied& applied) : root_(root), applied_(applied) {}

  Result<> add(const FileChange& change) {
    GP_TRY(const unsigned mode, file_mode(root_ + "/" + change.path));
    std::vector<SpanEdit> edits = change.edits;
    GP_TRY(std::string after, apply_edits(change.path, change.before, edits));
    applied_.diff.append(unified_diff(change, mode));
    (change.is_deleted ? applied_.deleted : applied_.edited).push_back(change.path);
    stored_.push_back(store(change, after, mode));
    FileWrite write{.path = change.path, .now = change.before, .mode = mode};
    if (!change.is_deleted) write.next = std::move(after);
    writes_.push_back(std::move(write));
    return ok();
  }

  Result<> write(const std::string& plan_name) {
    if (writes_.empty()) return ok();
    const std::string path = patch_path(plan_name);
    if (std::filesystem::exists(root_ + "/" + path)) {
      return fail(Code::internal,
                  fmt::format("{}: a patch of this plan is stored already: `gardener apply -R` "
                              "undoes it; or remove it if it is of no use any more",
                              path));
    }
    const std::string ignore = std::string(kFolder) + "/.gitignore";
    std::vector<FileWrite> all;
    if (!std::filesystem::exists(root_ + "/" + ignore))
      all.push_back({.path = ignore, .next = "*\n"});
    all.push_back({.path = path, .next = write_patch(stored_)});
    all.insert(all.end(), writes_.begin(), writes_.end());
    GP_TRY(write_files(root_, all));
    applied_.patch = path;
    return ok();
  }

 private:
  const std::string& root_;
  Applied& applied_;
  std::vector<StoredFile> stored_{};
  std::vector<FileWrite> writes_{};
};

}  // namespace

std::string patch_path(const std::string& plan_name) {
  return fmt::format("{}/{}.patch", kFolder, plan_name);
}

Result<Applied> apply(const Workspace& workspace, const Plan& decided, const Derivation& derivation,
                      const ApplyOptions& options) {
  const std::string& root = workspace.tree().root();
  Applied applied;
  applied.refusals = derivation.refusals;
  for (std::string& refusal : changed_since(decided, derivation))
    applied.refusals.push_back(std::move(refusal));
  Preparation preparation(root, applied);
  std::vector<std::string> paths;
  for (const FileChange& change : derivation.changes) {
    GP_TRY(preparation.add(change));
    paths.push_back(change.path);
  }
  if (options.mode == ApplyMode::kDiff) return applied;
  GP_TRY(const std::vector<std::string> dirty, dirty_files(root, paths));
  for (const std::string& path : dirty)
    applied.refusals.push_back(
        fmt::format("{}: has changes that are not committed; commit or stash them", path));
  if (!applied.refusals.empty())
    return fail(Code::internal, fmt::format("{}", fmt::join(applied.refusals, "\n")));
  GP_TRY(preparation.write(options.plan_name));
  return applied;
}

Result<std::vector<std::string>> reverse(const std::string& root, const std::string& plan_name) {
  const std::string path = root + "/" + patch_path(plan_name);
  GP_TRY(const std::string bytes, read_bytes(path));
  GP_TRY(const std::vector<StoredFile> files, read_patch(bytes, path));
  std::vector<FileWrite> writes;
  std::vector<std::string> restored;
  for (const StoredFile& file : files) {
    FileWrite write{.path = file.path, .mode = file.mode};
    const std::string full = root + "/" + file.path;
    if (!file.is_deleted) {
      GP_TRY(std::string now, read_bytes(full));
      write.now = std::move(now);
    } else if (std::filesystem::exists(full)) {
      return fail(Code::internal,
                  fmt::format("{}: was deleted and is there again; remove it first", file.path));
    }
    GP_TRY(std::string old, undo(file, write.now ? *write.now : std::string()));
    write.next = std::move(old);
    writes.push_back(std::move(write));
    restored.push_back(file.path);
  }
  GP_TRY(write_files(root, writes));
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  // The folder goes when only its .gitignore is left.
  const std::filesystem::path folder = std::filesystem::path(root) / kFolder;
  std::size_t others = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    others += entry.path().filename() == ".gitignore" ? 0 : 1;
  if (others == 0) std::filesystem::remove_all(folder, ignored);
  return restored;
}

}  // namespace gp::plan
