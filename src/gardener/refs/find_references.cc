#include "gardener/refs/find_references.h"

#include <algorithm>

#include "gardener/python/scan.h"
#include "gardener/refs/import_references.h"
#include "gardener/refs/name_references.h"
#include "gardener/refs/population.h"
#include "gardener/refs/prefilter.h"
#include "gardener/refs/reexports.h"
#include "gardener/refs/string_references.h"
#include "gardener/refs/target.h"
#include "runtime/parallel.h"

namespace gp::refs {

namespace {

class Finder {
 public:
  Finder(const graph::SourceTree& tree, std::string_view target, const RefsOptions& options)
      : tree_(tree),
        options_(options),
        paths_(tree, options.roots),
        target_(read_target(tree, paths_, target)),
        members_(tree, paths_, target_),
        request_{tree_, paths_, target_, options_.patch_callees, options_.jobs} {}

  ReferenceReport run() {
    FirstPass first = search_base(request_);
    report_.target = target_.module;
    report_.target_file = target_.file;
    report_.target_names.assign(target_.names.begin(), target_.names.end());
    candidates_ = std::move(first.candidates);
    digests_ = std::move(first.digests);
    find_namesakes();
    follow_names();
    classify();
    report_.reexporters = reexporters_of(candidates_);
    for (Reference& text : first.texts) {
      place(text, text.file);
      report_.references.push_back(std::move(text));
    }
    collect();
    list_unreadable(first.unread);
    return std::move(report_);
  }

 private:
  // Symbols the target defines and somebody imports from it: who patches one elsewhere may mean it.
  void find_namesakes() {
    index_candidates();
    for (const auto& candidate : candidates_) {
      if (candidate->is_internal) continue;
      for (const ImportHit& hit : import_hits(*candidate, index_, target_))
        if (!hit.is_transitive && target_.defined.contains(hit.symbol))
          namesakes_.insert(hit.symbol);
    }
  }

  void index_candidates() {
    index_ = {};
    for (const auto& candidate : candidates_) index_.add(*candidate, paths_);
  }

  // Searches for the names under which candidates bind the target's symbols until there are no new
  // ones.
  void follow_names() {
    WantedNames searched;
    while (true) {
      bind_reexports(candidates_, index_, target_);
      WantedNames wanted;
      for (const std::string& name : namesakes_)
        if (!searched.contains(name)) wanted.insert(name);
      for (const auto& candidate : candidates_)
        for (const auto& [local, symbols] : candidate->bound)
          if (!searched.contains(local) && !is_done_by_base(local)) wanted.insert(local);
      if (wanted.empty()) return;
      merge(search_names(request_, wanted, files_with(wanted)));
      searched.merge(wanted);
    }
  }

  std::vector<graph::FileId> files_with(const WantedNames& wanted) const {
    std::vector<graph::FileId> files;
    for (const NameDigest& digest : digests_) digest.append_files_with(wanted, files);
    std::vector<bool> is_done(tree_.files().size(), false);
    for (const auto& candidate : candidates_)
      if (candidate->has_base) is_done[candidate->scanned->file] = true;
    std::erase_if(files, [&](graph::FileId file) { return is_done[file]; });
    return files;
  }

  // A name that holds the target's last component cannot stand in a file without it.
  bool is_done_by_base(const std::string& name) const {
    return name.find(target_.base) != std::string::npos;
  }

  // A file found again replaces what was known of it, unless it was scanned deeper before.
  void merge(Candidates found) {
    for (auto& candidate : found) {
      const auto known = std::find_if(candidates_.begin(), candidates_.end(), [&](const auto& old) {
        return old->scanned->file == candidate->scanned->file;
      });
      if (known == candidates_.end()) {
        candidates_.push_back(std::move(candidate));
      } else if (!(*known)->has_strings && candidate->has_strings) {
        *known = std::move(candidate);
      }
    }
    index_candidates();
  }

  // The rest of the facts for a file that turned out to hold references.
  bool deepen(Candidate& candidate) const {
    if (candidate.has_strings) return true;
    ScannedFile& file = *candidate.scanned;
    if (tree_.read(file.file, file.source) != nullptr) return false;
    file.facts = python::scan_module(file.source, python::Detail::kAll);
    candidate.has_strings = true;
    resolve_imports(candidate, paths_, target_);
    return true;
  }

  void classify() {
    const StringSettings strings{target_, members_,   index_,
                                 paths_,  namesakes_, options_.patch_callees};
    runtime::parallel_for(candidates_.size(), options_.jobs, [&](std::size_t i, unsigned) {
      Candidate& candidate = *candidates_[i];
      std::vector<ImportHit> hits = import_hits(candidate, index_, target_);
      if (!candidate.has_strings && hits.empty() && candidate.bound.empty()) return;
      if (!deepen(candidate)) return;
      add_import_references(candidate, hits, members_);
      add_name_references(candidate, hits, target_);
      add_string_references(candidate, strings);
    });
  }

  void place(Reference& reference, graph::FileId file) const {
    const graph::SourceFile& source = tree_.file(file);
    reference.file = file;
    reference.population = population_of(source);
    reference.is_excluded = source.is_excluded;
  }

  void collect() {
    for (auto& candidate : candidates_) {
      const bool keeps = !candidate->references.empty() || !candidate->bound.empty();
      for (Reference& reference : candidate->references) {
        place(reference, candidate->scanned->file);
        reference.is_internal = candidate->is_internal;
        report_.references.push_back(std::move(reference));
      }
      if (keeps) report_.files.push_back(std::move(candidate->scanned));
    }
    // File ids are in the order of the paths.
    std::sort(report_.references.begin(), report_.references.end(),
              [](const Reference& a, const Reference& b) {
                if (a.file != b.file) return a.file < b.file;
                if (a.span.begin != b.span.begin) return a.span.begin < b.span.begin;
                if (a.kind != b.kind) return a.kind < b.kind;
                return a.symbol < b.symbol;
              });
    std::sort(report_.files.begin(), report_.files.end(),
              [](const auto& a, const auto& b) { return a->file < b->file; });
  }

  void list_unreadable(const std::vector<UnreadFile>& unread) {
    for (const graph::TreeProblem& problem : tree_.problems())
      report_.unreadable.push_back({problem.path, 0, problem.message, false,
                                    problem.kind == graph::TreeProblemKind::kUnread});
    for (const UnreadFile& file : unread)
      report_.unreadable.push_back({tree_.file(file.file).path, 0, file.message, false, true});
    for (const auto& file : report_.files) {
      for (const python::Problem& problem : file->facts.problems) {
        const bool is_version = problem.kind == python::ProblemKind::kNeedsVersion;
        report_.unreadable.push_back({tree_.file(file->file).path, problem.line,
                                      is_version
                                          ? std::string(problem.message) + " (needs Python 3." +
                                                std::to_string(problem.minor_version) + ")"
                                          : std::string(problem.message),
                                      !is_version});
      }
    }
    std::stable_sort(report_.unreadable.begin(), report_.unreadable.end(),
                     [](const Unreadable& a, const Unreadable& b) {
                       return a.path != b.path ? a.path < b.path : a.line < b.line;
                     });
  }

  const graph::SourceTree& tree_;
  const RefsOptions& options_;
  ModulePaths paths_;
  Target target_;
  TargetMembers members_;
  PrefilterRequest request_;
  Candidates candidates_{};
  std::vector<NameDigest> digests_{};
  CandidateIndex index_{};
  std::set<std::string, std::less<>> namesakes_{};
  ReferenceReport report_{};
};

}  // namespace

const ScannedFile* ReferenceReport::scanned(graph::FileId id) const {
  const auto found =
      std::lower_bound(files.begin(), files.end(), id,
                       [](const auto& file, graph::FileId wanted) { return file->file < wanted; });
  return found == files.end() || (*found)->file != id ? nullptr : found->get();
}

ReferenceReport find_references(const graph::SourceTree& tree, std::string_view target,
                                const RefsOptions& options) {
  return Finder(tree, target, options).run();
}

}  // namespace gp::refs
