#include "gardener/refs/callees.h"

#include <algorithm>
#include <array>

#include "gardener/python/char_class.h"
#include "gardener/refs/module_paths.h"

namespace gp::refs {

namespace {

using python::kNone;
using python::StringLiteral;
using python::StringRole;

bool has_keyword(const python::ModuleFacts& facts, const StringLiteral& literal,
                 std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), facts.text(literal.keyword)) != names.end();
}

bool is_whole_argument(const StringLiteral& literal) {
  return literal.role == StringRole::kArgument && literal.call != kNone &&
         literal.argument != kNone;
}

}  // namespace

std::string callee_of(std::string_view source, const python::ModuleFacts& facts,
                      const python::Call& call) {
  if (!call.callee.empty()) return std::string(facts.text(call.callee));
  std::string reversed;
  std::uint32_t at = call.arguments.begin;
  if (at > 0) --at;  // the bracket
  while (at > call.span.begin && (python::is_word(source[at - 1]) || source[at - 1] == '.'))
    reversed += source[--at];
  std::reverse(reversed.begin(), reversed.end());
  return '?' + reversed;
}

bool is_patch_callee(std::string_view callee, const std::vector<std::string>& extra) {
  const std::string_view last = last_component(callee);
  const std::string_view parent = parent_of(callee);
  if (last == "patch") return true;
  if ((last == "dict" || last == "multiple") && last_component(parent) == "patch") return true;
  if ((last == "setattr" || last == "delattr") && !parent.empty()) return true;
  return std::any_of(extra.begin(), extra.end(), [&](const std::string& name) {
    return callee == name || last == name || callee.ends_with('.' + name);
  });
}

bool is_import_callee(std::string_view callee) {
  static constexpr std::array<std::string_view, 9> kNames{
      "import_module", "__import__",   "find_spec",     "find_loader",        "importorskip",
      "run_module",    "resolve_name", "import_string", "import_fresh_module"};
  return std::find(kNames.begin(), kNames.end(), last_component(callee)) != kNames.end();
}

bool is_patch_argument(const python::ModuleFacts& facts, const StringLiteral& literal) {
  if (!is_whole_argument(literal)) return false;
  if (literal.keyword.empty()) return literal.argument == 0;
  return facts.calls[literal.call].positional == 0 &&
         has_keyword(facts, literal, {"target", "in_dict"});
}

bool is_import_argument(const python::ModuleFacts& facts, const StringLiteral& literal) {
  if (!is_whole_argument(literal)) return false;
  if (literal.keyword.empty()) return literal.argument == 0;
  return has_keyword(facts, literal, {"name", "modname", "module_name", "mod_name"});
}

}  // namespace gp::refs
