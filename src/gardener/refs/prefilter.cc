#include "gardener/refs/prefilter.h"

#include <algorithm>

#include "gardener/python/scan.h"
#include "gardener/refs/callees.h"
#include "gardener/refs/literal_value.h"
#include "gardener/refs/needle_search.h"
#include "gardener/refs/text_references.h"
#include "runtime/parallel.h"

namespace gp::refs {

namespace {

using graph::FileId;
using graph::FileKind;

/// Files per turn of a worker: big enough that the counter is cheap, small enough to balance.
constexpr std::size_t kTurn = 16;

std::unique_ptr<Candidate> scanned(FileId file, std::string_view source, python::Detail detail) {
  auto candidate = std::make_unique<Candidate>();
  candidate->scanned = std::make_unique<ScannedFile>();
  candidate->scanned->file = file;
  candidate->scanned->facts = python::scan_module(source, detail);
  candidate->has_strings = detail == python::Detail::kAll;
  return candidate;
}

template <class Item>
void append(std::vector<Item>& all, std::vector<Item>& part) {
  std::move(part.begin(), part.end(), std::back_inserter(all));
}

void sort_by_file(std::vector<std::unique_ptr<Candidate>>& candidates) {
  std::sort(candidates.begin(), candidates.end(),
            [](const auto& a, const auto& b) { return a->scanned->file < b->scanned->file; });
}

// Takes a wanted name, or a star, from a module of the tree.
bool imports_wanted(const Candidate& candidate, const WantedNames& wanted,
                    const ModulePaths& paths) {
  const python::ModuleFacts& facts = candidate.scanned->facts;
  for (const python::ImportedName& name : facts.names) {
    const std::vector<std::string>& modules = candidate.from[name.statement];
    const std::string_view imported = facts.text(name.name);
    if (imported != "*" && !wanted.contains(imported)) continue;
    if (std::any_of(modules.begin(), modules.end(), [&](const std::string& module) {
          return paths.find(module) != graph::kNoFile;
        }))
      return true;
  }
  return false;
}

// Patches a wanted name of a module of the tree.
bool patches_wanted(const Candidate& candidate, std::string_view source, const WantedNames& wanted,
                    const PrefilterRequest& request) {
  const python::ModuleFacts& facts = candidate.scanned->facts;
  for (const LiteralGroup group : literal_groups(source, facts)) {
    const python::StringLiteral& literal = facts.strings[group.first];
    if (literal.is_format || !is_patch_argument(facts, literal)) continue;
    if (!is_patch_callee(callee_of(source, facts, facts.calls[literal.call]),
                         request.patch_callees))
      continue;
    const std::string value = value_of(source, facts, group).text;
    for (std::string_view module = parent_of(value); !module.empty(); module = parent_of(module)) {
      const std::string_view rest = std::string_view(value).substr(module.size() + 1);
      if (!wanted.contains(rest.substr(0, rest.find('.')))) continue;
      if (request.paths.find(module) != graph::kNoFile) return true;
    }
  }
  return false;
}

/// Whether the text can hold a patch at all: the last parts of the callees.
bool names_patch(std::string_view source, const std::vector<std::string>& extra) {
  const auto holds = [&](std::string_view word) {
    return source.find(word) != std::string_view::npos;
  };
  return holds("patch") || holds("setattr") || holds("delattr") ||
         std::any_of(extra.begin(), extra.end(),
                     [&](const std::string& name) { return holds(last_component(name)); });
}

/// What the first pass looks for in Python files, by needle.
class Keywords {
 public:
  Keywords(const std::string& base, const std::vector<std::string>& patch_callees)
      : search_(needles(base, patch_callees)) {}
  enum : std::uint32_t { kBase, kImport, kFirstPatch };

  const NeedleSearch& search() const { return search_; }
  std::size_t size(std::uint32_t needle) const { return search_.needles()[needle].text.size(); }

 private:
  static std::vector<Needle> needles(const std::string& base,
                                     const std::vector<std::string>& patch_callees) {
    std::vector<Needle> all{
        {base, false}, {"import", true}, {"patch", true}, {"setattr", true}, {"delattr", true}};
    for (const std::string& callee : patch_callees)
      all.push_back({std::string(last_component(callee)), true});
    return all;
  }

  NeedleSearch search_;
};

class BasePass {
 public:
  explicit BasePass(const PrefilterRequest& request)
      : request_(request),
        tree_(request.tree),
        keywords_(request.target.base, request.patch_callees),
        base_({{request.target.base, false}}),
        workers_(runtime::job_count(request.jobs)) {}

  FirstPass run() {
    const std::size_t files = tree_.files().size();
    runtime::parallel_for((files + kTurn - 1) / kTurn, request_.jobs,
                          [&](std::size_t turn, unsigned worker) {
                            const std::size_t end = std::min((turn + 1) * kTurn, files);
                            for (std::size_t i = turn * kTurn; i < end; ++i)
                              look(workers_[worker], static_cast<FileId>(i));
                          });
    FirstPass found;
    for (Worker& worker : workers_) {
      append(found.candidates, worker.found.candidates);
      append(found.texts, worker.found.texts);
      append(found.unread, worker.found.unread);
      found.digests.push_back(std::move(worker.digest));
    }
    sort_by_file(found.candidates);
    std::sort(found.unread.begin(), found.unread.end(),
              [](const UnreadFile& a, const UnreadFile& b) { return a.file < b.file; });
    return found;
  }

 private:
  struct Worker {
    std::string bytes{};
    NameDigest digest{};
    FirstPass found{};
  };

  void look(Worker& worker, FileId file) const {
    if (const char* message = tree_.read(file, worker.bytes)) {
      worker.found.unread.push_back({file, message});
    } else if (tree_.file(file).kind == FileKind::kPython) {
      python(worker, file);
    } else {
      text(worker, file);
    }
  }

  void text(Worker& worker, FileId file) const {
    bool has_base = false;
    base_.search(worker.bytes, [&](std::uint32_t, std::size_t) {
      has_base = true;
      return false;
    });
    if (!has_base || graph::is_binary(worker.bytes)) return;
    for (Reference& reference :
         text_references(worker.bytes, tree_.file(file).kind, request_.target)) {
      reference.file = file;
      worker.found.texts.push_back(std::move(reference));
    }
  }

  void python(Worker& worker, FileId file) const {
    const std::string_view source = worker.bytes;
    bool has_base = false;
    bool has_star = false;
    bool has_digest = false;
    keywords_.search().search(source, [&](std::uint32_t needle, std::size_t at) {
      has_base = needle == Keywords::kBase;
      if (has_base) return false;
      if (!has_digest) worker.digest.begin(file);
      has_digest = true;
      at += keywords_.size(needle);
      if (needle == Keywords::kImport) {
        has_star |= worker.digest.add_import(source, at);
      } else {
        worker.digest.add_patch(source, at);
      }
      return true;
    });
    if (has_base || request_.paths.is_inside(file, request_.target.module)) {
      auto candidate = scanned(file, source, python::Detail::kAll);
      candidate->has_base = has_base;
      candidate->scanned->source.assign(source);
      resolve_imports(*candidate, request_.paths, request_.target);
      worker.found.candidates.push_back(std::move(candidate));
    } else if (has_star) {
      auto candidate = scanned(file, source, python::Detail::kGraph);
      resolve_imports(*candidate, request_.paths, request_.target);
      if (imports_wanted(*candidate, {}, request_.paths))
        worker.found.candidates.push_back(std::move(candidate));
    }
  }

  const PrefilterRequest& request_;
  const graph::SourceTree& tree_;
  Keywords keywords_;
  NeedleSearch base_;
  std::vector<Worker> workers_;
};

}  // namespace

FirstPass search_base(const PrefilterRequest& request) { return BasePass(request).run(); }

std::vector<std::unique_ptr<Candidate>> search_names(const PrefilterRequest& request,
                                                     const WantedNames& wanted,
                                                     const std::vector<FileId>& files) {
  const graph::SourceTree& tree = request.tree;
  struct Worker {
    std::string bytes{};
    Candidates candidates{};
  };
  std::vector<Worker> workers(runtime::job_count(request.jobs));
  const auto look = [&](Worker& worker, FileId file) {
    if (tree.read(file, worker.bytes) != nullptr) return;  // the first pass has listed it
    const std::string_view source = worker.bytes;
    const bool may_patch = names_patch(source, request.patch_callees);
    auto candidate =
        scanned(file, source, may_patch ? python::Detail::kAll : python::Detail::kGraph);
    resolve_imports(*candidate, request.paths, request.target);
    if (!imports_wanted(*candidate, wanted, request.paths) &&
        !(may_patch && patches_wanted(*candidate, source, wanted, request)))
      return;
    if (candidate->has_strings) candidate->scanned->source.assign(source);
    worker.candidates.push_back(std::move(candidate));
  };
  runtime::parallel_for(files.size(), request.jobs,
                        [&](std::size_t i, unsigned worker) { look(workers[worker], files[i]); });
  Candidates found;
  for (Worker& worker : workers) append(found, worker.candidates);
  sort_by_file(found);
  return found;
}

}  // namespace gp::refs
