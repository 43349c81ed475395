#include <fmt/core.h>

#include <algorithm>

#include "gardener/rules/escape.h"
#include "gardener/rules/page.h"
#include "gardener/rules/references_groups.h"
#include "gardener/rules/source_lines.h"
#include "gardener/rules/text_paint.h"

namespace gp::rules {
namespace {

using refs::RefClass;
using refs::Reference;

constexpr std::size_t kPerClass = 10;

/// Classes whose places are listed only when asked for: no person acts on them one by one.
bool is_counted_only(RefClass kind) {
  switch (kind) {
    case RefClass::kName:
    case RefClass::kLookalike:
    case RefClass::kComment:
    case RefClass::kPatchNamesake:
    case RefClass::kDocstring:
    case RefClass::kMessage:
    case RefClass::kStringLookalike:
    case RefClass::kDoc:
    case RefClass::kText:
    case RefClass::kTextLookalike: return true;
    default: return false;
  }
}

class Printer {
 public:
  explicit Printer(const ReferencesView& view)
      : view_(view), paint_(view.color), lines_(view.tree) {}

  std::string print() {
    const ReferenceGroups groups = group_references(view_);
    out_ += paint_.bold(shown_text(view_.report.target));
    if (view_.report.target_file != graph::kNoFile)
      out_ += "  " + shown_text(view_.tree.file(view_.report.target_file).path);
    out_ += "\n" + summary_of(view_, groups) + "\n";
    counts(groups);
    if (!groups.production.empty()) {
      heading(fmt::format("Production importers: {}, those that would fail silently first",
                          groups.production.size()));
      for (const ShownReference& shown : groups.production) line(shown);
    }
    for (const auto& [kind, references] : groups.others) others(kind, references);
    reexporters();
    unreadable();
    return std::move(out_);
  }

 private:
  void heading(const std::string& text) { out_ += "\n" + paint_.bold(text) + "\n"; }

  void counts(const ReferenceGroups& groups) {
    if (groups.counts.empty()) return;
    out_ += fmt::format("\n  {:<18}{:>11}{:>8}{:>8}{:>8}\n", "class", "production", "script",
                        "test", "backup");
    for (const auto& [kind, count] : groups.counts) {
      const Page* page = find_page(refs::name_of(kind));
      out_ += fmt::format("  {:<18}{:>11}{:>8}{:>8}{:>8}  {}\n", refs::name_of(kind),
                          count.production, count.scripts, count.tests, count.backups,
                          paint_.dim(page == nullptr ? "" : page->summary));
    }
  }

  void line(const ShownReference& shown) {
    const Reference& reference = *shown.reference;
    const std::string& path = view_.tree.file(reference.file).path;
    const std::string place = fmt::format("{}:{}:{}", shown_text(path), shown.line, shown.column);
    std::string what(refs::name_of(reference.kind));
    if (!shown.symbols.empty()) what += " " + shown_text(shown.symbols);
    if (reference.module != view_.report.target && !reference.module.empty())
      what += " through " + shown_text(reference.module);
    out_ += fmt::format("  {}  {}", paint_.cyan(place), what);
    const std::string_view meaning = meaning_of(reference.failure);
    if (!meaning.empty()) {
      const std::string text = fmt::format("[{}]", refs::name_of(reference.failure));
      out_ += "  " + (reference.failure == refs::FailureMode::kLoud ? text : paint_.red(text));
    }
    if (shown.is_missing) out_ += "  " + paint_.yellow("[not there: broken before]");
    if (reference.is_excluded) out_ += "  [excluded]";
    if (!reference.context.empty()) out_ += "  " + paint_.dim(shown_text(reference.context));
    out_ += "\n      " + shown_text(excerpt_of(lines_.line(path, shown.line))) + "\n";
  }

  void others(RefClass kind, const std::vector<ShownReference>& references) {
    const bool is_asked_for = view_.show_all || !view_.classes.empty();
    if (is_counted_only(kind) && !is_asked_for) return;
    const Page* page = find_page(refs::name_of(kind));
    heading(fmt::format("{}: {}  {}", refs::name_of(kind), references.size(),
                        paint_.dim(page == nullptr ? "" : page->summary)));
    const std::size_t shown =
        is_asked_for ? references.size() : std::min(references.size(), kPerClass);
    for (std::size_t i = 0; i < shown; ++i) line(references[i]);
    if (shown < references.size())
      out_ += fmt::format("  and {} more: --all, or --class {}\n", references.size() - shown,
                          refs::name_of(kind));
  }

  void reexporters() {
    const auto& all = view_.report.reexporters;
    if (all.empty() || !view_.classes.empty()) return;
    heading(fmt::format("Modules that bind its names and could hand them on: {}", all.size()));
    std::size_t shown = 0;
    for (const refs::Reexporter& reexporter : all) {
      const bool exports = std::any_of(reexporter.names.begin(), reexporter.names.end(),
                                       [](const auto& name) { return name.in_all; });
      if (!exports && !view_.show_all) continue;
      ++shown;
      std::string names;
      for (const auto& name : reexporter.names)
        names.append(names.empty() ? "" : ", ")
            .append(name.local + (name.in_all ? " (__all__)" : ""));
      out_ += fmt::format("  {}: {}\n", shown_text(reexporter.module), shown_text(names));
    }
    if (shown < all.size())
      out_ += fmt::format("  {} without __all__: --all\n", all.size() - shown);
  }

  void unreadable() {
    if (view_.report.unreadable.empty()) return;
    heading(fmt::format("Not read, or not wholly understood: {}", view_.report.unreadable.size()));
    for (const refs::Unreadable& file : view_.report.unreadable)
      out_ += fmt::format("  {}{}: {}{}\n", shown_text(file.path),
                          file.line == 0 ? "" : ":" + std::to_string(file.line),
                          shown_text(file.message),
                          file.mentions_target ? paint_.red("  (mentions the module)") : "");
  }

  const ReferencesView& view_;
  Paint paint_;
  SourceLines lines_;
  std::string out_{};
};

}  // namespace

std::string references_text(const ReferencesView& view) { return Printer(view).print(); }

}  // namespace gp::rules
