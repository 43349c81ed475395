#include "gardener/python/scan.h"

#include "gardener/python/char_class.h"
#include "gardener/python/keyword.h"
#include "gardener/python/module_scanner.h"

namespace gp::python {

ModuleFacts scan_module(std::string_view source, Detail detail) {
  ModuleFacts facts;
  if (source.empty()) {
    Block module;
    module.first = 0;
    facts.blocks.push_back(module);
    return facts;
  }
  ModuleScanner(source, detail, facts).run();
  return facts;
}

bool is_identifier(std::string_view name) {
  if (name.empty() || is_digit(name.front())) return false;
  for (const char c : name)
    if (!is_word(c)) return false;
  return keyword_of(name) == Keyword::kNotOne;
}

}  // namespace gp::python
