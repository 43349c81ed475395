#include "gardener/graph/module_names.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace gp::graph {

using python::Binding;
using python::BlockKind;
using python::ImportStatement;

ModuleNames::ModuleNames(const python::ModuleFacts& facts) : facts_(facts) {
  sorted_.resize(facts.bindings.size());
  std::iota(sorted_.begin(), sorted_.end(), 0);
  std::sort(sorted_.begin(), sorted_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Binding& left = facts.bindings[a];
    const Binding& right = facts.bindings[b];
    if (left.owner != right.owner) return left.owner < right.owner;
    const int order = facts.text(left.name).compare(facts.text(right.name));
    return order != 0 ? order < 0 : a < b;
  });
  for (std::uint32_t i = 0; i < facts.imports.size(); ++i) {
    const ImportStatement& statement = facts.imports[i];
    if (statement.is_from && statement.name_count == 1 &&
        facts.text(facts.names[statement.first_name].name) == "*" &&
        !python::in_function(facts, statement.block)) {
      stars_.push_back(i);
    }
  }
}

std::pair<ModuleNames::Iterator, ModuleNames::Iterator> ModuleNames::range(
    std::uint32_t owner, std::string_view name) const {
  const auto key = [&](std::uint32_t i) {
    return std::pair(facts_.bindings[i].owner, facts_.text(facts_.bindings[i].name));
  };
  const std::pair wanted(owner, name);
  const auto first =
      std::lower_bound(sorted_.begin(), sorted_.end(), wanted,
                       [&](std::uint32_t i, const auto& value) { return key(i) < value; });
  auto last = first;
  while (last != sorted_.end() && key(*last) == wanted) ++last;
  return {first, last};
}

// Its statements run whenever the module or class does.
bool ModuleNames::is_unconditional(std::uint32_t block) const {
  while (facts_.blocks[block].kind == BlockKind::kWith ||
         facts_.blocks[block].kind == BlockKind::kFinally) {
    block = facts_.blocks[block].parent;
  }
  return facts_.blocks[block].kind == BlockKind::kModule ||
         facts_.blocks[block].kind == BlockKind::kClass;
}

// Where the name was deleted for the last time; 0 if it was not.
std::uint32_t ModuleNames::deleted_at(std::string_view name) const {
  std::uint32_t at = 0;
  for (const python::Deletion& deletion : facts_.deletions)
    if (facts_.text(deletion.name) == name) at = deletion.begin;
  return at;
}

std::vector<std::uint32_t> ModuleNames::visible(std::uint32_t owner, std::string_view name) const {
  const auto [first, last] = range(owner, name);
  const std::uint32_t deleted = owner == python::kNone ? deleted_at(name) : 0;
  auto begin = last;
  while (begin != first && !(begin != last && is_unconditional(facts_.bindings[*begin].block)) &&
         facts_.bindings[*(begin - 1)].name_span.begin >= deleted) {
    --begin;
  }
  return {begin, last};
}

bool ModuleNames::has(std::string_view name) const {
  const auto [first, last] = range(python::kNone, name);
  return first != last;
}

bool ModuleNames::is_function_global(std::string_view name) const {
  return std::any_of(facts_.function_globals.begin(), facts_.function_globals.end(),
                     [&](python::TextRef text) { return facts_.text(text) == name; });
}

bool ModuleNames::is_in_all(std::string_view name) const {
  return std::any_of(facts_.all.begin(), facts_.all.end(),
                     [&](python::TextRef text) { return facts_.text(text) == name; });
}

}  // namespace gp::graph
