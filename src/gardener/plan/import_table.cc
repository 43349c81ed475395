#include "gardener/plan/import_table.h"

#include <algorithm>

namespace gp::plan {

std::string import_line(std::string_view from, std::string_view name, std::string_view alias) {
  std::string line;
  if (!from.empty()) line.append("from ").append(from).append(" ");
  line.append("import ").append(name);
  if (!alias.empty()) line.append(" as ").append(alias);
  return line;
}

std::string from_spelling(const python::ModuleFacts& facts,
                          const python::ImportStatement& statement) {
  std::string spelled(statement.level, '.');
  spelled.append(facts.text(statement.module));
  return spelled;
}

std::string import_line(const python::ModuleFacts& facts, const python::ImportedName& name) {
  const python::ImportStatement& statement = facts.imports[name.statement];
  return import_line(statement.is_from ? from_spelling(facts, statement) : std::string(),
                     facts.text(name.name), facts.text(name.alias));
}

std::vector<std::string> import_table(const python::ModuleFacts& facts) {
  std::vector<std::string> table;
  table.reserve(facts.names.size());
  for (const python::ImportedName& name : facts.names) table.push_back(import_line(facts, name));
  std::sort(table.begin(), table.end());
  return table;
}

}  // namespace gp::plan
