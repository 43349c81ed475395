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

std::size_t turns_of(const graph::SourceTree& tree) {
  return (tree.files().size() + kTurn - 1) / kTurn;
}

template <class Visit>
void visit_turn(const graph::SourceTree& tree, std::size_t turn, Visit visit) {
  const std::size_t end = std::min((turn + 1) * kTurn, tree.files().size());
  for (std::size_t i = turn * kTurn; i < end; ++i) visit(static_cast<FileId>(i));
}

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

void finish(Candidate& candidate, const PrefilterRequest& request) {
  resolve_imports(candidate, request.paths, request.target);
}

}  // namespace

FirstPass search_base(const PrefilterRequest& request) {
  const graph::SourceTree& tree = request.tree;
  const NeedleSearch search({{request.target.base, false},
                             {"import *", false},
                             {"import\t*", false},
                             {"import  *", false},
                             {"import*", false},
                             {"import\\", false}});
  struct Worker {
    std::string bytes{};
    FirstPass found{};
  };
  std::vector<Worker> workers(runtime::job_count(request.jobs));
  const auto look = [&](Worker& worker, FileId file) {
    if (const char* message = tree.read(file, worker.bytes)) {
      worker.found.unread.push_back({file, message});
      return;
    }
    const FileKind kind = tree.file(file).kind;
    bool has_base = false;
    bool has_star = false;
    search.search(worker.bytes, [&](std::uint32_t needle, std::size_t) {
      has_base |= needle == 0;
      has_star |= needle != 0;
      return !has_base;
    });
    if (kind != FileKind::kPython) {
      if (!has_base || graph::is_binary(worker.bytes)) return;
      for (Reference& reference : text_references(worker.bytes, kind, request.target)) {
        reference.file = file;
        worker.found.texts.push_back(std::move(reference));
      }
    } else if (has_base || request.paths.is_inside(file, request.target.module)) {
      auto candidate = scanned(file, worker.bytes, python::Detail::kAll);
      candidate->has_base = has_base;
      candidate->scanned->source.assign(worker.bytes);
      finish(*candidate, request);
      worker.found.candidates.push_back(std::move(candidate));
    } else if (has_star) {
      auto candidate = scanned(file, worker.bytes, python::Detail::kGraph);
      finish(*candidate, request);
      if (imports_wanted(*candidate, {}, request.paths))
        worker.found.candidates.push_back(std::move(candidate));
    }
  };
  runtime::parallel_for(turns_of(tree), request.jobs, [&](std::size_t turn, unsigned worker) {
    visit_turn(tree, turn, [&](FileId file) { look(workers[worker], file); });
  });
  FirstPass found;
  for (Worker& worker : workers) {
    append(found.candidates, worker.found.candidates);
    append(found.texts, worker.found.texts);
    append(found.unread, worker.found.unread);
  }
  sort_by_file(found.candidates);
  std::sort(found.unread.begin(), found.unread.end(),
            [](const UnreadFile& a, const UnreadFile& b) { return a.file < b.file; });
  return found;
}

std::vector<std::unique_ptr<Candidate>> search_names(const PrefilterRequest& request,
                                                     const WantedNames& wanted,
                                                     const std::vector<bool>& is_done) {
  const graph::SourceTree& tree = request.tree;
  std::vector<Needle> needles;
  for (const std::string& name : wanted) needles.push_back({name, true});
  const NeedleSearch search(std::move(needles));
  struct Worker {
    std::string bytes{};
    std::vector<std::unique_ptr<Candidate>> candidates{};
  };
  std::vector<Worker> workers(runtime::job_count(request.jobs));
  const auto look = [&](Worker& worker, FileId file) {
    if (is_done[file] || tree.file(file).kind != FileKind::kPython) return;
    if (tree.read(file, worker.bytes) != nullptr) return;  // the first pass has listed it
    const std::string_view source = worker.bytes;
    bool is_name = false;
    bool is_attribute = false;
    search.search(source, [&](std::uint32_t, std::size_t at) {
      is_attribute |= at > 0 && source[at - 1] == '.';
      is_name |= at == 0 || source[at - 1] != '.';
      return !is_attribute || !is_name;
    });
    if (!is_attribute && !is_name) return;
    const bool may_patch = is_attribute && names_patch(source, request.patch_callees);
    if (!may_patch && !is_name) return;
    auto candidate =
        scanned(file, source, may_patch ? python::Detail::kAll : python::Detail::kGraph);
    finish(*candidate, request);
    if ((is_name && imports_wanted(*candidate, wanted, request.paths)) ||
        (may_patch && patches_wanted(*candidate, source, wanted, request))) {
      if (candidate->has_strings) candidate->scanned->source.assign(source);
      worker.candidates.push_back(std::move(candidate));
    }
  };
  runtime::parallel_for(turns_of(tree), request.jobs, [&](std::size_t turn, unsigned worker) {
    visit_turn(tree, turn, [&](FileId file) { look(workers[worker], file); });
  });
  std::vector<std::unique_ptr<Candidate>> found;
  for (Worker& worker : workers) append(found, worker.candidates);
  sort_by_file(found);
  return found;
}

}  // namespace gp::refs
