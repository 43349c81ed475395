#include <algorithm>
#include <memory>

#include "gardener/commands.h"
#include "gardener/output.h"
#include "gardener/progress.h"
#include "gardener/rules/finding_report.h"
#include "gardener/rules/references_output.h"
#include "gardener/session.h"

namespace gp::app {
namespace {

struct RefsFlags {
  std::string module;
  std::string classes;
  bool all = false;
};

int status_of(const rules::ReferencesView& view) {
  const refs::ReferenceReport& report = view.report;
  if (std::any_of(report.unreadable.begin(), report.unreadable.end(),
                  [](const refs::Unreadable& file) { return file.leaves_hole(); }))
    return kIncomplete;
  const bool found = std::any_of(report.references.begin(), report.references.end(),
                                 [&view](const refs::Reference& reference) {
                                   return view.shows(reference) && rules::is_dependency(reference);
                                 });
  return found ? kFound : kClean;
}

rules::FindingReport finding_report(const rules::ReferencesView& view) {
  rules::FindingReport report{.command = "refs", .findings = rules::reference_findings(view)};
  for (const refs::Unreadable& file : view.report.unreadable)
    report.unreadable.push_back({.path = file.path, .line = file.line, .message = file.message});
  return report;
}

Result<int> run(const GlobalFlags& global, const RefsFlags& flags) {
  GP_TRY(const Format format, format_of(global, {Format::kText, Format::kJson, Format::kSarif,
                                                 Format::kMarkdown, Format::kGithub}));
  GP_TRY(const std::string module, module_argument(flags.module));
  std::vector<refs::RefClass> classes;
  if (!flags.classes.empty()) {
    GP_TRY(classes, rules::parse_classes(flags.classes));
  }
  GP_TRY(const Session session, open_session(global));
  refs::ReferenceReport report;
  {
    const Progress progress(global, "looking for references");
    report = refs::find_references(session.tree, module, session.refs_options(global));
  }
  const rules::ReferencesView view{.tree = session.tree,
                                   .report = report,
                                   .classes = std::move(classes),
                                   .color = use_color(global),
                                   .show_all = flags.all};
  std::string text;
  switch (format) {
    case Format::kText: text = rules::references_text(view); break;
    case Format::kJson: text = rules::references_json(view); break;
    case Format::kSarif: text = rules::sarif_of(finding_report(view), session.tree); break;
    case Format::kMarkdown: text = rules::references_markdown(view); break;
    case Format::kGithub: text = rules::github_of(finding_report(view), session.tree); break;
  }
  return write_result(text, status_of(view));
}

}  // namespace

void add_refs(CLI::App& root, const GlobalFlags& global, int& status) {
  auto flags = std::make_shared<RefsFlags>();
  CLI::App* app = root.add_subcommand("refs", "every reference to a module, classified");
  app->fallthrough();
  app->add_option("module", flags->module, "dotted name, or the path of its file")
      ->required()
      ->type_name("MODULE");
  app->add_option("--class", flags->classes,
                  "only these classes, separated by commas; gardener explain --all lists them")
      ->type_name("CLASSES");
  app->add_flag("--all", flags->all,
                "text: every place, also of look-alikes, comments and documents");
  app->footer(
      "Exit status: 1 if something depends on the module, 0 if nothing does, 3 if a file that "
      "mentions it could not be understood.");
  app->callback([flags, &global, &status] {
    const auto result = run(global, *flags);
    status = result.has_error() ? report_error(result.error()) : result.value();
  });
}

}  // namespace gp::app
