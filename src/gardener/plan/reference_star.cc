// The row of `from target import *`: the star becomes imports of the names it brings.
//
// Of the names, those that the file uses or exports; all of them where others take names from the
// file, because nobody knows which.

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "gardener/plan/module_name.h"
#include "gardener/plan/reference_rows.h"

namespace gp::plan {

using refs::Reference;

void ReferenceRows::star_import(const Reference& reference, ReferenceRow& row) {
  const refs::ScannedFile& file = workspace_.file(reference.file);
  const python::ModuleFacts& facts = file.facts;
  bool is_dynamic = false;
  std::vector<std::string> names =
      target_ == nullptr ? std::vector<std::string>()
                         : workspace_.resolver().star_names(plan_.target, &is_dynamic);
  if (is_dynamic || target_ == nullptr)
    return manual(row, "what the star brings cannot be known: import the names one by one");
  std::set<std::string> wanted;
  for (const python::Use& use : facts.uses) wanted.emplace(first_of(facts.text(use.text)));
  for (const python::TextRef name : facts.all) wanted.emplace(facts.text(name));
  if (is_passed_on(reference.file)) wanted.insert(names.begin(), names.end());
  const python::ImportStatement& statement = facts.imports[facts.names[reference.fact].statement];
  std::vector<ImportGroup> groups;
  bool is_own = false;
  for (const std::string& name : names) {
    if (!wanted.contains(name)) continue;
    const SymbolRow* symbol = plan_.symbol(name);
    if (symbol == nullptr || !goes(symbol->action))
      return manual(
          row, fmt::format("the star brings {}, which has no row that says where it goes", name));
    if (symbol->to.starts_with("__future__:")) continue;  // a switch of that file, not a name
    Destination to = split_destination(symbol->to);
    if (to.name.empty()) to = {parent_of(to.module), last_of(to.module)};
    if (workspace_.code().find(to.module).file == reference.file && to.name == name) {
      is_own = true;  // it has the definition itself
      continue;
    }
    std::string from = statement.level == 0
                           ? std::string()
                           : relative_spelling(workspace_.package_of(reference.file), to.module);
    if (from.empty()) from = to.module;
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const ImportGroup& one) { return one.from == from; });
    if (group == groups.end()) group = groups.insert(groups.end(), {from, {}});
    group->members.push_back({0, std::string(to.name) + (to.name == name ? "" : " as " + name)});
  }
  if (groups.empty() && is_own) {
    row.action = Action::kRedirect;
    row.edit = Edit::kDelete;
    return editor(reference.file)
        .set_fate(reference.fact, {.kind = NameFate::Kind::kDrop, .safety = Safety::kReviewed});
  }
  if (groups.empty())
    return manual(row, "no name that the star brings is used: decide with action = \"drop\"");
  row.action = Action::kRedirect;
  row.edit = Edit::kRewrite;
  row.risk = Risk::kMedium;
  editor(reference.file).set_statements(facts.names[reference.fact].statement, std::move(groups));
}

bool ReferenceRows::is_passed_on(graph::FileId file) const {
  if (std::filesystem::path(workspace_.path(file)).filename() == "__init__.py") return true;
  const std::vector<std::string> names = workspace_.code().names_of(file);
  return std::any_of(workspace_.report().references.begin(), workspace_.report().references.end(),
                     [&](const Reference& other) {
                       return other.file != file && other.module != plan_.target &&
                              std::find(names.begin(), names.end(), other.module) != names.end();
                     });
}

}  // namespace gp::plan
