#include "gardener/refs/reexports.h"

#include <algorithm>

namespace gp::refs {

void CandidateIndex::add(const Candidate& candidate, const ModulePaths& paths) {
  for (const ModuleName& name : candidate.names)
    if (!candidate.is_stub || paths.find(name.dotted) == candidate.scanned->file)
      modules_[name.dotted].push_back(&candidate);
}

const std::vector<const Candidate*>& CandidateIndex::find(std::string_view module) const {
  static const std::vector<const Candidate*> kNobody;
  const auto found = modules_.find(module);
  return found == modules_.end() ? kNobody : found->second;
}

bool is_exported(const Candidate& candidate, std::string_view local) {
  const python::ModuleFacts& facts = candidate.scanned->facts;
  if (!facts.has_all) return !local.starts_with('_');
  return std::any_of(facts.all.begin(), facts.all.end(),
                     [&](python::TextRef name) { return facts.text(name) == local; });
}

namespace {

using Symbols = std::set<std::string>;

/// `a = b.c` and `b = a.d` would make ever longer symbols; nobody imports one this deep.
constexpr int kMaxDots = 8;

class Binder {
 public:
  Binder(Candidate& candidate, const CandidateIndex& index, const Target& target)
      : candidate_(candidate), facts_(candidate.scanned->facts), index_(index), target_(target) {}

  /// True if something new was bound.
  bool run() {
    for (std::size_t i = 0; i < facts_.imports.size(); ++i)
      if (python::scope_of(facts_, facts_.imports[i].block) == 0) statement(i);
    for (const python::Binding& binding : facts_.bindings)
      if (binding.owner == python::kNone && !binding.alias_of.empty()) alias(binding);
    return changed_;
  }

 private:
  void statement(std::size_t i) {
    const python::ImportStatement& statement = facts_.imports[i];
    for (std::uint32_t n = 0; n < statement.name_count; ++n) {
      const python::ImportedName& name = facts_.names[statement.first_name + n];
      const std::string_view imported = facts_.text(name.name);
      const std::string_view alias = facts_.text(name.alias);
      if (!statement.is_from) {
        if (!alias.empty() && is_within(imported, target_.module) && !candidate_.is_elsewhere)
          bind(alias, below(imported));
        continue;
      }
      for (const std::string& module : candidate_.from[i]) {
        if (imported == "*") {
          star(module);
        } else {
          from(module, imported, alias.empty() ? imported : alias);
        }
      }
    }
  }

  void from(const std::string& module, std::string_view imported, std::string_view local) {
    if (is_within(module, target_.module)) {
      bind(local, join_dotted(below(module), imported));
    } else if (join_dotted(module, imported) == target_.module) {
      if (!target_.is_shadowed) bind(local, "");
    } else {
      for (const Candidate* source : index_.find(module)) {
        if (source == &candidate_) continue;
        const auto found = source->bound.find(imported);
        if (found != source->bound.end()) bind(local, found->second);
      }
    }
  }

  void star(const std::string& module) {
    if (module == target_.module) {
      for (const std::string& name : target_.exported) bind(name, name);
      return;
    }
    for (const Candidate* source : index_.find(module)) {
      if (source == &candidate_) continue;
      for (const auto& [local, symbols] : source->bound)
        if (is_exported(*source, local)) bind(local, symbols);
    }
  }

  void alias(const python::Binding& binding) {
    const std::string_view local = facts_.text(binding.name);
    const std::string_view value = facts_.text(binding.alias_of);
    const std::string_view head = value.substr(0, value.find('.'));
    if (head == local) return;
    const auto found = candidate_.bound.find(head);
    if (found == candidate_.bound.end()) return;
    const std::string_view rest = head.size() == value.size() ? "" : value.substr(head.size() + 1);
    for (const std::string& symbol : Symbols(found->second)) bind(local, join_dotted(symbol, rest));
  }

  std::string below(std::string_view module) const {
    return std::string(module.size() == target_.module.size()
                           ? std::string_view()
                           : module.substr(target_.module.size() + 1));
  }

  void bind(std::string_view local, std::string symbol) {
    if (std::count(symbol.begin(), symbol.end(), '.') > kMaxDots) return;
    changed_ |= candidate_.bound[std::string(local)].insert(std::move(symbol)).second;
  }
  void bind(std::string_view local, const Symbols& symbols) {
    for (const std::string& symbol : symbols) bind(local, symbol);
  }

  Candidate& candidate_;
  const python::ModuleFacts& facts_;
  const CandidateIndex& index_;
  const Target& target_;
  bool changed_ = false;
};

}  // namespace

void bind_reexports(Candidates& candidates, const CandidateIndex& index, const Target& target) {
  bool changed = true;
  while (changed) {  // ends: each turn adds a name of a finite set of symbols
    changed = false;
    for (const std::unique_ptr<Candidate>& candidate : candidates)
      if (!candidate->is_internal) changed |= Binder(*candidate, index, target).run();
  }
}

std::vector<Reexporter> reexporters_of(const Candidates& candidates) {
  std::vector<Reexporter> reexporters;
  for (const std::unique_ptr<Candidate>& candidate : candidates) {
    if (candidate->bound.empty()) continue;
    const python::ModuleFacts& facts = candidate->scanned->facts;
    Reexporter reexporter;
    reexporter.module = candidate->names.front().dotted;
    reexporter.file = candidate->scanned->file;
    for (const auto& [local, symbols] : candidate->bound) {
      for (const std::string& symbol : symbols) {
        reexporter.names.push_back(
            {local, symbol, facts.has_all && is_exported(*candidate, local)});
      }
    }
    reexporters.push_back(std::move(reexporter));
  }
  std::sort(reexporters.begin(), reexporters.end(), [](const auto& a, const auto& b) {
    return a.module != b.module ? a.module < b.module : a.file < b.file;
  });
  return reexporters;
}

}  // namespace gp::refs
