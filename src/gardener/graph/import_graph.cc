#include "gardener/graph/import_graph.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>

namespace gp::graph {
namespace {

using python::BlockKind;
using python::ModuleFacts;

EdgeTime time_of(const ModuleFacts& facts, std::uint32_t block) {
  EdgeTime time = EdgeTime::kImport;
  for (; block != 0; block = facts.blocks[block].parent) {
    const python::Block& at = facts.blocks[block];
    if (at.is_type_checking) return EdgeTime::kTypeOnly;
    if (at.kind == BlockKind::kFunction || at.kind == BlockKind::kAsyncFunction)
      time = EdgeTime::kCall;
  }
  return time;
}

// The files that the statement loads: `targets` is only added to.
void targets_of(const Resolver& resolver, FileId file, const ModuleFacts& facts,
                const python::ImportStatement& statement, std::vector<FileId>& targets) {
  const CodeBase& code = resolver.code();
  const std::uint32_t end = statement.first_name + statement.name_count;
  if (!statement.is_from) {
    for (std::uint32_t i = statement.first_name; i < end; ++i)
      targets.push_back(code.find(facts.text(facts.names[i].name)).file);
    return;
  }
  const std::optional<std::string> source =
      code.absolute(file, statement.level, facts.text(statement.module));
  const ModuleRef module = source ? code.find(*source) : ModuleRef{};
  for (std::uint32_t i = statement.first_name; module && i < end; ++i) {
    const std::string_view name = facts.text(facts.names[i].name);
    FileId target = module.file;
    const std::string submodule = *source + "." + std::string(name);
    if (module.kind != ModuleKind::kFile && code.find(submodule)) {
      const Target& first = resolver.attribute(*source, name).targets.front();
      if (first.kind == TargetKind::kModule && first.name == submodule) target = first.file;
    }
    targets.push_back(target);
  }
}

// Strongly connected components (Tarjan), without recursion.
class Components {
 public:
  Components(const std::vector<Edge>& edges, const std::vector<std::uint32_t>& first_edge)
      : edges_(edges),
        first_edge_(first_edge),
        order_(first_edge.size() - 1, 0),
        low_(order_.size(), 0),
        on_stack_(order_.size(), false) {}

  std::vector<std::vector<FileId>> find() {
    for (FileId id = 0; id < order_.size(); ++id)
      if (order_[id] == 0) visit(id);
    return std::move(found_);
  }

 private:
  struct Frame {
    FileId file = 0;
    std::uint32_t edge = 0;
  };

  void enter(FileId file) {
    order_[file] = low_[file] = ++count_;
    stack_.push_back(file);
    on_stack_[file] = true;
    frames_.push_back({file, first_edge_[file]});
  }

  void visit(FileId root) {
    enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.edge == first_edge_[frame.file + 1]) {
        leave(frame.file);
        continue;
      }
      const Edge& edge = edges_[frame.edge++];
      if (edge.time != EdgeTime::kImport) continue;
      if (order_[edge.to] == 0) {
        enter(edge.to);
      } else if (on_stack_[edge.to]) {
        low_[edge.from] = std::min(low_[edge.from], order_[edge.to]);
      }
    }
  }

  void leave(FileId file) {
    frames_.pop_back();
    if (!frames_.empty())
      low_[frames_.back().file] = std::min(low_[frames_.back().file], low_[file]);
    if (low_[file] != order_[file]) return;
    std::vector<FileId> component;
    FileId member = kNoFile;
    do {
      member = stack_.back();
      stack_.pop_back();
      on_stack_[member] = false;
      component.push_back(member);
    } while (member != file);
    if (component.size() < 2) return;
    std::sort(component.begin(), component.end());
    found_.push_back(std::move(component));
  }

  const std::vector<Edge>& edges_;
  const std::vector<std::uint32_t>& first_edge_;
  std::vector<std::uint32_t> order_;  ///< from 1; 0: not seen
  std::vector<std::uint32_t> low_;
  std::vector<bool> on_stack_;
  std::vector<FileId> stack_{};
  std::vector<Frame> frames_{};
  std::vector<std::vector<FileId>> found_{};
  std::uint32_t count_ = 0;
};

}  // namespace

ImportGraph::ImportGraph(const Resolver& resolver) {
  const CodeBase& code = resolver.code();
  const std::size_t files = code.tree().files().size();
  first_edge_.assign(files + 1, 0);
  std::vector<FileId> targets;
  FileId next = 0;  // files below it have their first_edge_
  for (const FileId file : code.python_files()) {
    for (; next <= file; ++next) first_edge_[next] = static_cast<std::uint32_t>(edges_.size());
    const ModuleFacts& facts = code.facts(file);
    const bool is_stub = code.tree().file(file).path.ends_with(".pyi");
    for (std::uint32_t i = 0; i < facts.imports.size(); ++i) {
      targets.clear();
      targets_of(resolver, file, facts, facts.imports[i], targets);
      std::sort(targets.begin(), targets.end());
      targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
      const EdgeTime time = is_stub ? EdgeTime::kTypeOnly : time_of(facts, facts.imports[i].block);
      for (const FileId target : targets)
        if (target != kNoFile && target != file) edges_.push_back({file, target, i, time});
    }
  }
  for (; next <= files; ++next) first_edge_[next] = static_cast<std::uint32_t>(edges_.size());
}

std::vector<std::vector<FileId>> ImportGraph::cycles() const {
  std::vector<std::vector<FileId>> found = Components(edges_, first_edge_).find();
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  return found;
}

std::vector<FileId> ImportGraph::chain(FileId from, FileId to) const {
  std::vector<FileId> came_from(first_edge_.size() - 1, kNoFile);
  std::vector<FileId> queue{from};
  for (std::size_t at = 0; at < queue.size() && queue[at] != to; ++at) {
    for (std::uint32_t i = first_edge_[queue[at]]; i < first_edge_[queue[at] + 1]; ++i) {
      const Edge& edge = edges_[i];
      if (edge.time != EdgeTime::kImport || edge.to == from || came_from[edge.to] != kNoFile)
        continue;
      came_from[edge.to] = edge.from;
      queue.push_back(edge.to);
    }
  }
  if (from != to && came_from[to] == kNoFile) return {};
  std::vector<FileId> chain{to};
  while (chain.back() != from) chain.push_back(came_from[chain.back()]);
  std::reverse(chain.begin(), chain.end());
  return chain;
}

}  // namespace gp::graph
