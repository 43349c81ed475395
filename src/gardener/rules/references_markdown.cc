#include <fmt/core.h>

#include <algorithm>

#include "gardener/rules/escape.h"
#include "gardener/rules/page.h"
#include "gardener/rules/references_groups.h"
#include "gardener/rules/source_lines.h"

namespace gp::rules {
namespace {

constexpr std::size_t kPerClass = 50;

void append_rows(std::string& out, const ReferencesView& view, SourceLines& lines,
                 const std::vector<ShownReference>& references) {
  const std::size_t shown =
      view.show_all ? references.size() : std::min(references.size(), kPerClass);
  out += "| place | symbol | if deleted | source |\n|---|---|---|---|\n";
  for (std::size_t i = 0; i < shown; ++i) {
    const ShownReference& row = references[i];
    const refs::Reference& reference = *row.reference;
    const std::string& path = view.tree.file(reference.file).path;
    out += fmt::format(
        "| {} | {} | {} | {} |\n", markdown_code(fmt::format("{}:{}", path, row.line)),
        row.symbols.empty() ? "" : markdown_code(row.symbols), refs::name_of(reference.failure),
        markdown_code(excerpt_of(lines.line(path, row.line))));
  }
  if (shown < references.size()) out += fmt::format("\nand {} more\n", references.size() - shown);
}

}  // namespace

std::string references_markdown(const ReferencesView& view) {
  const ReferenceGroups groups = group_references(view);
  SourceLines lines(view.tree);
  std::string out = fmt::format("# References to {}\n\n{}\n", markdown_code(view.report.target),
                                summary_of(view, groups));
  out += "\n| class | production | script | test | backup | what |\n|---|---|---|---|---|---|\n";
  for (const auto& [kind, count] : groups.counts) {
    const Page* page = find_page(refs::name_of(kind));
    out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", refs::name_of(kind), count.production,
                       count.scripts, count.tests, count.backups,
                       page == nullptr ? "" : page->summary);
  }
  if (!groups.production.empty()) {
    out += "\n## Production importers\n\n";
    append_rows(out, view, lines, groups.production);
  }
  for (const auto& [kind, references] : groups.others) {
    out += fmt::format("\n## {}\n\n", refs::name_of(kind));
    append_rows(out, view, lines, references);
  }
  if (!view.report.unreadable.empty()) out += "\n## Not read, or not wholly understood\n\n";
  for (const refs::Unreadable& file : view.report.unreadable)
    out += fmt::format(
        "- {}: {}{}\n",
        markdown_code(file.path + (file.line == 0 ? "" : ":" + std::to_string(file.line))),
        markdown_text(file.message), file.mentions_target ? " (mentions the module)" : "");
  return out;
}

}  // namespace gp::rules
