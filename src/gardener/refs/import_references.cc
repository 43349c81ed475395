#include "gardener/refs/import_references.h"

#include <algorithm>

#include "gardener/refs/failure_mode.h"

namespace gp::refs {

namespace {

using python::Block;
using python::BlockKind;
using python::ImportedName;
using python::ImportStatement;
using python::ModuleFacts;

std::string below(std::string_view module, const Target& target) {
  return module.size() == target.module.size()
             ? std::string()
             : std::string(module.substr(target.module.size() + 1));
}

// The name of the target's file under another source root that the dotted name spells.
const std::string* other_name(std::string_view dotted, const Target& target) {
  for (const std::string& name : target.other_names)
    if (is_within(dotted, name)) return &name;
  return nullptr;
}

std::string joined(const std::set<std::string>& symbols) {
  std::string text;
  for (const std::string& symbol : symbols) {
    if (!text.empty()) text += ',';
    text += symbol;
  }
  return text;
}

// What `from module import imported` brings of the target through a re-exporter.
std::set<std::string> through(const Candidate& importer, const std::string& module,
                              std::string_view imported, const CandidateIndex& index) {
  std::set<std::string> symbols;
  for (const Candidate* source : index.find(module)) {
    if (source == &importer) continue;
    for (const auto& [local, bound] : source->bound) {
      if (imported == "*" ? is_exported(*source, local) : local == imported)
        symbols.insert(bound.begin(), bound.end());
    }
  }
  return symbols;
}

void add_word(std::string& context, std::string_view word) {
  if (!context.empty()) context += ',';
  context += word;
}

std::string context_of(const ScannedFile& file, const ImportStatement& statement) {
  const ModuleFacts& facts = file.facts;
  std::string context;
  const BlockKind scope = facts.blocks[python::scope_of(facts, statement.block)].kind;
  if (python::in_function(facts, statement.block)) {
    add_word(context, "function");
  } else {
    add_word(context, scope == BlockKind::kClass ? "class" : "module");
  }
  for (std::uint32_t at = statement.block; at != 0; at = facts.blocks[at].parent) {
    const Block& block = facts.blocks[at];
    if (is_scope(block.kind)) break;
    if (block.kind == BlockKind::kTry) {
      add_word(context, "try:" + handled_by(file.source, facts, at));
    } else if (block.kind == BlockKind::kExcept) {
      add_word(context, "except");
    } else if (block.kind == BlockKind::kFinally) {
      add_word(context, "finally");
    } else if (block.kind == BlockKind::kWith) {
      add_word(context, "with");
    } else if (block.is_type_checking) {
      add_word(context, "type-checking");
    } else if (block.kind == BlockKind::kIf || block.kind == BlockKind::kElif ||
               block.kind == BlockKind::kElse) {
      add_word(context, "conditional");
    } else if (block.kind == BlockKind::kFor || block.kind == BlockKind::kWhile) {
      add_word(context, "loop");
    }
  }
  if (facts.blocks[statement.block].statements == 1 && statement.block != 0)
    add_word(context, "only-statement");
  if (statement.level != 0) add_word(context, "relative");
  if (statement.shares_line) add_word(context, "shares-line");
  if (statement.has_comment) add_word(context, "comment");
  return context;
}

}  // namespace

std::vector<ImportHit> import_hits(const Candidate& candidate, const CandidateIndex& index,
                                   const Target& target) {
  const ModuleFacts& facts = candidate.scanned->facts;
  std::vector<ImportHit> hits;
  for (std::size_t i = 0; i < facts.imports.size(); ++i) {
    const ImportStatement& statement = facts.imports[i];
    for (std::uint32_t n = 0; n < statement.name_count; ++n) {
      const std::uint32_t name = statement.first_name + n;
      const std::string_view imported = facts.text(facts.names[name].name);
      if (!statement.is_from) {
        if (is_within(imported, target.module) && !candidate.is_elsewhere) {
          hits.push_back({name, false, below(imported, target), target.module});
        } else if (const std::string* other = other_name(imported, target)) {
          hits.push_back({name, false, std::string(imported.substr(other->size())), *other});
        }
        continue;
      }
      for (const std::string& module : candidate.from[i]) {
        ImportHit hit{name, false, {}, target.module};
        if (const std::string* other = other_name(module, target)) {
          hit.symbol = join_dotted(
              std::string_view(module).substr(std::min(other->size() + 1, module.size())),
              imported);
          hit.module = *other;
        } else if (is_within(module, target.module)) {
          hit.symbol = join_dotted(below(module, target), imported);
        } else if (join_dotted(module, imported) == target.module) {
          if (target.is_shadowed) continue;
        } else {
          const std::set<std::string> symbols = through(candidate, module, imported, index);
          if (symbols.empty()) continue;
          hit = {name, true, joined(symbols), module};
        }
        hits.push_back(std::move(hit));
        break;  // under another root's name it would be the same module again
      }
    }
  }
  return hits;
}

void add_import_references(Candidate& candidate, const std::vector<ImportHit>& hits,
                           const TargetMembers& members) {
  const ScannedFile& file = *candidate.scanned;
  const ModuleFacts& facts = file.facts;
  const python::LineIndex lines(file.source);
  for (const ImportHit& hit : hits) {
    const ImportedName& name = facts.names[hit.name];
    const ImportStatement& statement = facts.imports[name.statement];
    Reference reference;
    reference.kind = hit.is_transitive ? RefClass::kTransitiveImport : RefClass::kImport;
    reference.span = name.whole;
    reference.begin = lines.at(name.whole.begin);
    reference.end = lines.at(name.whole.end);
    reference.symbol = hit.symbol;
    reference.module = hit.module;
    reference.statement = std::to_string(statement.line) + ':' + std::to_string(statement.column);
    reference.context = context_of(file, statement);
    const std::string_view imported = facts.text(name.name);
    if (!name.alias.empty()) {
      reference.local_name = facts.text(name.alias);
    } else if (imported != "*") {
      reference.local_name = statement.is_from ? imported : imported.substr(0, imported.find('.'));
    }
    const bool from_package = statement.is_from && hit.symbol.empty() && !hit.is_transitive;
    reference.failure =
        failure_at(file.source, facts, statement.block,
                   from_package ? MissingError::kImport : MissingError::kModuleNotFound);
    reference.is_missing = !hit.is_transitive && members.lacks(hit.symbol);
    reference.fact = hit.name;
    candidate.references.push_back(std::move(reference));
  }
}

}  // namespace gp::refs
