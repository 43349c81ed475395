#include "gardener/graph/code_base.h"

#include <algorithm>
#include <utility>

#include "gardener/graph/facts_cache.h"
#include "gardener/graph/module_path.h"
#include "gardener/graph/source_roots.h"
#include "gardener/python/scan.h"
#include "runtime/parallel.h"

namespace gp::graph {
namespace {

// Facts live as long as the code base: what the scanner reserved too much is given back.
void shrink(python::ModuleFacts& facts) {
  facts.arena.shrink_to_fit();
  facts.blocks.shrink_to_fit();
  facts.imports.shrink_to_fit();
  facts.names.shrink_to_fit();
  facts.bindings.shrink_to_fit();
  facts.parameters.shrink_to_fit();
  facts.bases.shrink_to_fit();
  facts.decorators.shrink_to_fit();
  facts.all.shrink_to_fit();
}

python::ModuleFacts unreadable(const char* why) {
  python::ModuleFacts facts;
  facts.blocks.emplace_back();
  facts.problems.push_back({python::ProblemKind::kUnreadable, 0, 0, why});
  return facts;
}

// `path` without `root` and the '/', or nullopt if it is not inside.
std::optional<std::string_view> inside(std::string_view path, std::string_view root) {
  if (root.empty()) return path;
  if (path.size() <= root.size() || !path.starts_with(root) || path[root.size()] != '/')
    return std::nullopt;
  return path.substr(root.size() + 1);
}

std::string normal_root(std::string root) {
  while (root.starts_with("./")) root.erase(0, 2);
  while (root.ends_with('/')) root.pop_back();
  return root == "." ? "" : root;
}

// An earlier root wins, unless the later one has more than a stub or an extension.
std::uint32_t rank_of(ModuleSource source, std::size_t root) {
  constexpr std::uint32_t kRoots = 0xffff;
  const bool is_source = source >= ModuleSource::kSource;
  const auto by_root = kRoots - static_cast<std::uint32_t>(std::min<std::size_t>(root, kRoots));
  return (is_source ? 1U << 24 : 0U) + by_root * 8 + static_cast<std::uint32_t>(source);
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

}  // namespace

CodeBase::CodeBase(const SourceTree& tree, CodeBaseOptions options)
    : tree_(tree), options_(std::move(options)) {
  slots_.assign(tree_.files().size(), python::kNone);
  for (FileId id = 0; id < tree_.files().size(); ++id) {
    if (tree_.file(id).kind != FileKind::kPython) continue;
    slots_[id] = static_cast<std::uint32_t>(python_files_.size());
    python_files_.push_back(id);
  }
  scan();
  find_roots();
  map_modules();
}

void CodeBase::scan() {
  facts_.resize(python_files_.size());
  const bool remembers = python_files_.size() >= FactsCache::kFilesMin;
  FactsCache cache(remembers ? options_.cache : std::string(), tree_.root());
  std::vector<ContentDigest> digests(cache.is_on() ? python_files_.size() : 0);
  std::vector<std::string> buffers(runtime::job_count(options_.jobs));
  runtime::parallel_for(python_files_.size(), options_.jobs, [&](std::size_t i, unsigned worker) {
    std::string& bytes = buffers[worker];
    if (const char* why = tree_.read(python_files_[i], bytes)) {
      facts_[i] = unreadable(why);
      return;
    }
    if (cache.is_on()) {
      digests[i] = cache.digest(bytes);
      if (cache.find(digests[i], facts_[i])) return;
      facts_[i] = {};
    }
    facts_[i] = python::scan_module(bytes, python::Detail::kGraph);
    shrink(facts_[i]);
  });
  if (cache.is_on()) cache.save(digests, facts_);
}

const python::ModuleFacts& CodeBase::facts(FileId id) const {
  static const python::ModuleFacts none;
  return slots_[id] == python::kNone ? none : facts_[slots_[id]];
}

void CodeBase::find_roots() {
  for (const std::string& root : options_.roots) {
    std::string normal = normal_root(root);
    if (std::find(roots_.begin(), roots_.end(), normal) == roots_.end())
      roots_.push_back(std::move(normal));
  }
  if (!roots_.empty()) return;
  roots_ = found_roots(tree_);
}

void CodeBase::map_modules() {
  modules_.reserve(tree_.files().size());
  for (FileId id = 0; id < tree_.files().size(); ++id) {
    const std::string_view path = tree_.file(id).path;
    if (module_path(path).source == ModuleSource::kNone) continue;
    bool has_root = false;
    for (std::size_t root = 0; root < roots_.size(); ++root) {
      if (!inside(path, roots_[root])) continue;
      map_file(id, root);
      has_root = true;
    }
    if (!has_root) map_file(id, roots_.size());
  }
  for (auto& [name, entry] : modules_) {
    std::sort(entry.children.begin(), entry.children.end());
    entry.children.erase(std::unique(entry.children.begin(), entry.children.end()),
                         entry.children.end());
  }
}

// `root` is an index into roots_; one past the end for a file that is in none.
void CodeBase::map_file(FileId id, std::size_t root) {
  const bool is_root = root < roots_.size();
  const ModulePath module =
      module_path(*inside(tree_.file(id).path, is_root ? roots_[root] : std::string()));
  if (module.source == ModuleSource::kNone || module.dotted.empty()) return;
  const std::string_view dotted = module.dotted;
  const std::string_view top = dotted.substr(0, dotted.find('.'));
  const auto& foreign = options_.third_party;
  if (std::find(foreign.begin(), foreign.end(), top) != foreign.end()) return;
  if (is_root) top_levels_.try_emplace(std::string(top), true);

  const std::string_view path = tree_.file(id).path;
  const bool is_package = path.substr(path.rfind('/') + 1).starts_with("__init__.");
  Entry& entry = modules_[module.dotted];
  const std::uint32_t rank = rank_of(module.source, root);
  if (rank > entry.rank) {
    entry.rank = rank;
    entry.module = {is_package ? ModuleKind::kPackage : ModuleKind::kFile, id};
  }
  // The folders above are packages or namespaces, of which it is a child.
  std::string_view child = dotted;
  for (std::size_t dot = child.rfind('.'); dot != std::string_view::npos; dot = child.rfind('.')) {
    const std::string_view parent = child.substr(0, dot);
    auto found = modules_.find(parent);
    if (found == modules_.end()) found = modules_.emplace(std::string(parent), Entry{}).first;
    Entry& above = found->second;
    if (above.module.kind == ModuleKind::kNone) above.module.kind = ModuleKind::kNamespace;
    const std::string_view name = child.substr(dot + 1);
    if (!above.children.empty() && above.children.back() == name) break;
    above.children.emplace_back(name);
    child = parent;
  }
}

ModuleRef CodeBase::find(std::string_view dotted) const {
  const auto found = modules_.find(dotted);
  return found == modules_.end() ? ModuleRef{} : found->second.module;
}

bool CodeBase::is_first_party(std::string_view dotted) const {
  return top_levels_.contains(dotted.substr(0, dotted.find('.')));
}

std::string_view CodeBase::innermost_root(std::string_view path) const {
  std::string_view best;
  for (const std::string& root : roots_)
    if (root.size() > best.size() && inside(path, root)) best = root;
  return best;
}

std::vector<std::string> CodeBase::names_of(FileId id) const {
  const std::string_view path = tree_.file(id).path;
  std::vector<std::pair<std::size_t, std::string>> found;  // by the root's length
  for (const std::string& root : roots_) {
    const std::optional<std::string_view> relative = inside(path, root);
    if (!relative) continue;
    ModulePath module = module_path(*relative);
    if (!module.dotted.empty() && is_importable(module.dotted))
      found.emplace_back(root.size(), std::move(module.dotted));
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> names;
  for (auto& [size, name] : found) names.push_back(std::move(name));
  return names;
}

std::string CodeBase::name_of(FileId id) const {
  const std::vector<std::string> names = names_of(id);
  return names.empty() ? std::string() : names.front();
}

bool CodeBase::is_package_init(FileId id) const {
  const std::string_view path = tree_.file(id).path;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name == "__init__.py" || name == "__init__.pyi";
}

std::optional<std::string> CodeBase::absolute(FileId id, std::uint8_t level,
                                              std::string_view module) const {
  if (level == 0) return std::string(module);
  const std::string_view path = tree_.file(id).path;
  std::string_view package = folder_of(*inside(path, innermost_root(path)));
  for (std::uint8_t up = 1; up < level && !package.empty(); ++up) package = folder_of(package);
  if (package.empty()) return std::nullopt;
  std::string dotted(package);
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  if (!module.empty()) dotted.append(".").append(module);
  return dotted;
}

std::vector<std::string> CodeBase::children(std::string_view dotted) const {
  const auto found = modules_.find(dotted);
  return found == modules_.end() ? std::vector<std::string>() : found->second.children;
}

}  // namespace gp::graph
