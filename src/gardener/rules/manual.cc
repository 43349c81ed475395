#include "gardener/rules/manual.h"

#include <fmt/core.h>

namespace gp::rules {

std::string manual_page(const Page& page) {
  const std::string title = page.code == page.name
                                ? fmt::format("{} (class of references)", page.code)
                                : fmt::format("{} {}", page.code, page.name);
  // The manual of a rule begins with a sentence of its own.
  if (page.code != page.name) return fmt::format("{}\n\n{}\n", title, page.manual);
  return fmt::format("{}\n\n{}\n\n{}\n", title, page.summary, page.manual);
}

std::string manual_list() {
  std::string out;
  for (const Page* page : all_pages()) {
    if (page->code == page->name) {
      out += fmt::format("{:<18} {}\n", page->code, page->summary);
    } else {
      out += fmt::format("{:<18} {} ({})\n", page->code, page->summary, page->name);
    }
  }
  return out;
}

std::string manual_markdown() {
  std::string out =
      "# gardener: rules and classes\n\nGenerated from `src/gardener/rules` by `./dev gen`; "
      "`gardener "
      "explain CODE` prints one page.\n\n## Rules of `gardener scan`\n";
  for (const Rule* rule : scan_rules())
    out += fmt::format("\n### {} {}\n\n{}\n", rule->page.code, rule->page.name, rule->page.manual);
  out += "\n## Codes of `gardener gate`\n";
  for (const Page* page : gate_pages())
    out += fmt::format("\n### {} {}\n\n{}\n", page->code, page->name, page->manual);
  out += "\n## Classes of references (`gardener refs`)\n";
  for (const Page& page : class_pages())
    out += fmt::format("\n### {}\n\n{}\n\n{}\n", page.code, page.summary, page.manual);
  return out;
}

}  // namespace gp::rules
