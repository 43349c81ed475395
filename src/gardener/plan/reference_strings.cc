// Rows of references in strings and shell text.
//
// A patch target follows the module whose code reads the name: where a moved definition of the
// target reads it, that is the definition's new module; otherwise it is where the importers are
// sent.

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "gardener/plan/module_name.h"
#include "gardener/plan/reference_rows.h"
#include "gardener/plan/string_target.h"
#include "gardener/python/scan.h"

namespace gp::plan {
namespace {

using refs::RefClass;
using refs::Reference;

/// True if the file imports modules whose names are values.
bool imports_by_variable(const python::ModuleFacts& facts) {
  constexpr std::array<std::string_view, 6> kImporters = {"import_module", "__import__",
                                                          "import_string", "resolve_name",
                                                          "load_object",   "import_from_string"};
  return std::any_of(facts.calls.begin(), facts.calls.end(), [&](const python::Call& call) {
    const std::string_view callee = last_of(facts.text(call.callee));
    if (std::find(kImporters.begin(), kImporters.end(), callee) == kImporters.end()) return false;
    return std::none_of(facts.strings.begin(), facts.strings.end(),
                        [&](const python::StringLiteral& string) {
                          return call.arguments.contains(string.span) && string.argument == 0;
                        });
  });
}

}  // namespace

std::string ReferenceRows::patch_place(const std::string& symbol, Action& action) const {
  const SymbolRow* row = plan_.symbol(symbol);
  if (row != nullptr && row->action == Action::kMove) {
    action = row->action;
    return row->to;
  }
  const bool is_imported_by_others =
      std::any_of(workspace_.report().references.begin(), workspace_.report().references.end(),
                  [&](const Reference& other) {
                    return other.kind == RefClass::kImport && other.symbol == symbol &&
                           !other.is_internal && other.population != refs::Population::kTest;
                  });
  std::set<std::string> readers;
  if (target_ != nullptr) {
    for (const Definition& definition : target_->definitions()) {
      const auto places = moves_.places.find(definition.name);
      if (places == moves_.places.end() ||
          std::find(definition.needs.begin(), definition.needs.end(), symbol) ==
              definition.needs.end())
        continue;
      readers.insert(places->second.begin(), places->second.end());
    }
  }
  action = Action::kMove;
  if (readers.size() == 1 && !is_imported_by_others) return *readers.begin() + ":" + symbol;
  if (row != nullptr && goes(row->action)) {
    action = row->action;
    return row->to;
  }
  const auto own = moves_.places.find(symbol);
  if (own != moves_.places.end() && own->second.size() == 1)
    return own->second.front() + ":" + symbol;
  return {};
}

void ReferenceRows::string_row(const Reference& reference, ReferenceRow& row) {
  const refs::ScannedFile& file = workspace_.file(reference.file);
  row.risk = Risk::kMedium;
  if (reference.fact == python::kNone) return manual(row, "the string cannot be found again");
  const ReferenceRow* decided = decision(reference);
  if (decided != nullptr && decided->action == Action::kKeep) return;
  const JoinedString string(file, reference.fact);
  const std::string& value = string.value();
  if (!string.is_plain()) return manual(row, "the string has escapes or fields: change it by hand");
  const std::size_t at = value.find(plan_.target);
  if (at != 0 || !is_or_under(value, plan_.target))
    return manual(row, "the string does not spell the module's full name: change it by hand");
  std::string to;
  if (value.size() == plan_.target.size()) {
    const SymbolRow& module = module_row();
    if (!goes(module.action))
      return manual(row, "the plan does not say what takes the place of the module object");
    row.action = module.action;
    to = module.to;
  } else {
    const std::string rest = value.substr(plan_.target.size() + 1);
    const std::string symbol(first_of(rest));
    const SymbolRow* known = plan_.symbol(symbol);
    row.action = Action::kBrokenBefore;
    if (known != nullptr && known->action == Action::kBrokenBefore) return;
    if (known == nullptr && reference.is_missing && symbol == rest) return;
    to = patch_place(symbol, row.action);
    if (to.empty()) {
      if (known != nullptr && known->action == Action::kKeep) {
        row.action = Action::kKeep;
        needs_target_ = true;
        return;
      }
      return manual(row, fmt::format("nothing in the plan says where code reads {} after the "
                                     "removal: drop the test, or decide with action = \"keep\"",
                                     symbol));
    }
    if (reference.is_missing)
      row.reason = fmt::format("broken before: {} is not there, and will not be", rest);
  }
  row.edit = Edit::kRewrite;
  // Every mention of one joined value leads here; it is changed once.
  const Destination place = split_destination(to);
  const std::string_view name = place.name;
  if (!edited_.emplace(reference.file, reference.span.begin).second) return;
  FileEditor& editor = this->editor(reference.file);
  const std::size_t size = plan_.target.size();
  if (name.empty() && value.size() > size) {  // the symbol is a module: its name is the place
    const std::size_t dot = std::min(value.find('.', size + 1), value.size());
    return editor.add(string.replace(0, dot, place.module, Safety::kReviewed));
  }
  editor.add(string.replace(0, size, place.module, Safety::kReviewed));
  const std::string old(name.empty() ? "" : first_of(std::string_view(value).substr(size + 1)));
  if (!name.empty() && name != old)
    editor.add(string.replace(size + 1, size + 1 + old.size(), name, Safety::kReviewed));
}

void ReferenceRows::container_row(const Reference& reference, ReferenceRow& row) {
  const bool is_test = reference.population == refs::Population::kTest ||
                       graph::is_test_path(workspace_.path(reference.file));
  const ReferenceRow* decided = decision(reference);
  const bool is_asked = decided != nullptr && decided->action == Action::kRedirect;
  const bool is_registry = imports_by_variable(workspace_.file(reference.file).facts);
  if (is_asked || (is_registry && !is_test)) return string_row(reference, row);
  if (is_registry) {
    review(row,
           "a list in a test that imports by variable: a registry moves, a ban list stays; "
           "decide with action = \"redirect\" or \"keep\" and a reason");
  } else {
    row.reason = "in a test, in a file that imports nothing by variable: taken for a ban list";
    if (is_test) return;
    if (reference.symbol.empty())
      return review(row, "a list of modules: a ban list stays, for any other look who reads it");
    manual(row,
           "a list of dotted paths: who imports what it names (settings, entry points, logging) "
           "would break, who only compares would not; decide with action = \"redirect\" or "
           "\"keep\"");
  }
}

/// By its dotted name or its path, not by a bare word that may mean anything.
bool ReferenceRows::names_the_module(const Reference& reference) const {
  const std::string& source = workspace_.file(reference.file).source;
  const std::size_t reach = plan_.target.size();
  const std::size_t begin =
      reference.span.begin - std::min<std::size_t>(reference.span.begin, reach);
  const std::string_view text =
      std::string_view(source).substr(begin, reference.span.end - begin + reach);
  std::string path = plan_.target;
  std::replace(path.begin(), path.end(), '.', '/');
  return plan_.target.find('.') == std::string::npos ||
         text.find(plan_.target) != std::string_view::npos ||
         text.find(path) != std::string_view::npos;
}

void ReferenceRows::asked_row(const Reference& reference, ReferenceRow& row) {
  const ReferenceRow* decided = decision(reference);
  const bool is_string = reference.kind == RefClass::kOtherString;
  if (decided == nullptr && !is_string && !names_the_module(reference)) {
    row.reason = "only the last part of the module's name stands there";
    return;
  }
  if (decided == nullptr || decided->action != Action::kRedirect) {
    review(row, is_string ? "the module's path in a string: look where the value goes"
                          : "the module is named in a configuration: look who reads it");
    return;
  }
  if (is_string) return string_row(reference, row);
  const SymbolRow& module = module_row();
  const std::string& source = workspace_.file(reference.file).source;
  const std::size_t at = source.find(plan_.target, reference.span.begin);
  const std::size_t end = at == std::string::npos ? at : at + plan_.target.size();
  const bool is_whole = at != std::string::npos && at <= reference.span.end &&
                        source.compare(end, 1, ".") != 0 &&
                        !python::is_identifier("_" + source.substr(end, 1));
  if (!goes(module.action) || !is_whole)
    return manual(row, "only the module's whole name can be redirected: change it by hand");
  row.action = module.action;
  row.edit = Edit::kRewrite;
  editor(reference.file)
      .add(SpanEdit({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)}, module.to,
                    Safety::kReviewed));
}

void ReferenceRows::shell_row(const Reference& reference, ReferenceRow& row) {
  const refs::ScannedFile& file = workspace_.file(reference.file);
  review(row, "Python in a shell text: change it by hand");
  const std::string head = "from " + plan_.target + " import ";
  const std::size_t around =
      reference.span.begin < head.size() ? 0 : reference.span.begin - head.size();
  const std::size_t begin = file.source.find(head, around);
  if (begin == std::string::npos || begin > reference.span.end) return;
  std::size_t end = begin + head.size();
  std::string names;
  std::set<std::string_view> modules;
  for (;;) {
    const std::size_t first = end;
    while (end < file.source.size() && python::is_identifier("_" + file.source.substr(end, 1)))
      ++end;
    const SymbolRow* symbol = plan_.symbol(file.source.substr(first, end - first));
    if (symbol == nullptr || !goes(symbol->action)) return;
    const Destination to = split_destination(symbol->to);
    modules.insert(to.module);
    names.append(names.empty() ? "" : ", ").append(to.name);
    if (to.name != symbol->name) names.append(" as ").append(symbol->name);
    row.action = symbol->action;
    if (file.source.compare(end, 2, ", ") != 0) break;
    end += 2;
  }
  if (modules.size() != 1 || file.source.compare(end, 4, " as ") == 0 ||
      file.source.compare(end, 1, ",") == 0)
    return review(row, row.reason);
  row.edit = Edit::kRewrite;
  row.reason = "a whole import statement in a shell text; nobody sees it fail";
  if (!edited_.emplace(reference.file, static_cast<std::uint32_t>(begin)).second) return;
  editor(reference.file)
      .add(SpanEdit({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)},
                    fmt::format("from {} import {}", *modules.begin(), names), Safety::kReviewed));
}

}  // namespace gp::plan
