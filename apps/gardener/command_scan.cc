#include <algorithm>
#include <memory>

#include "gardener/commands.h"
#include "gardener/output.h"
#include "gardener/progress.h"
#include "gardener/rules/finding_report.h"
#include "gardener/rules/page.h"
#include "gardener/rules/scan_context.h"
#include "gardener/session.h"
#include "protocol/codes.h"

namespace gp::app {
namespace {

struct ScanFlags {
  bool all = false;
  std::vector<std::string> rules{};
  std::string minimum = "P3";
};

Result<std::vector<std::string>> chosen_codes(const ScanFlags& flags) {
  std::vector<std::string> codes;
  for (const std::string& name : flags.rules) {
    const rules::Page* page = rules::find_page(name);
    const auto is_page = [page](const rules::Rule* rule) { return &rule->page == page; };
    const auto all = rules::scan_rules();
    if (page == nullptr || std::none_of(all.begin(), all.end(), is_page))
      return fail(Code::bad_request,
                  "--rule " + name + ": no rule of scan; gardener explain --all lists them");
    codes.emplace_back(page->code);
  }
  return codes;
}

rules::FindingReport make_report(const graph::CodeBase& code, const rules::Settings& settings,
                                 const std::vector<std::string>& codes, std::string_view minimum) {
  const rules::ScanContext context(code);
  rules::FindingReport report{.command = "scan"};
  for (const rules::Rule* rule : rules::scan_rules())
    if (codes.empty() || std::find(codes.begin(), codes.end(), rule->page.code) != codes.end())
      rule->check(context, report.findings);
  std::erase_if(report.findings, [minimum](const rules::Finding& finding) {
    return rules::name_of(finding.priority) > minimum;
  });
  rules::sort(report.findings);
  report.facts = {{"Python files", code.python_files().size()},
                  {"deprecated modules", context.deprecated().size()}};
  report.unreadable = rules::troubles_of(code, settings.target_minor);
  return report;
}

Result<int> run(const GlobalFlags& global, const ScanFlags& flags) {
  GP_TRY(const Format format, format_of(global, {Format::kText, Format::kJson, Format::kSarif,
                                                 Format::kMarkdown, Format::kGithub}));
  GP_TRY(const std::vector<std::string> codes, chosen_codes(flags));
  GP_TRY(const Session session, open_session(global));
  rules::FindingReport report;
  {
    const Progress progress(global, "reading the tree");
    const graph::CodeBase code(session.tree, session.code_options(global));
    report = make_report(code, session.settings, codes, flags.minimum);
  }
  const bool has_hole =
      std::any_of(report.unreadable.begin(), report.unreadable.end(),
                  [](const rules::Trouble& trouble) { return trouble.is_unread; });
  const int status = has_hole ? kIncomplete : report.findings.empty() ? kClean : kFound;
  return write_findings(report, format, {use_color(global), flags.all}, session.tree, status);
}

}  // namespace

void add_scan(CLI::App& root, const GlobalFlags& global, int& status) {
  auto flags = std::make_shared<ScanFlags>();
  CLI::App* app = root.add_subcommand(
      "scan",
      "find deprecated modules, duplicate sources of truth, races, cycles and broken imports");
  app->fallthrough();
  app->add_flag("--all", flags->all, "text: every finding, not the first 20 of each priority");
  app->add_option("--rule", flags->rules, "only this rule, GP001 or its name; any number")
      ->type_name("CODE");
  app->add_option("--min-priority", flags->minimum, "P0 to P3; default P3, everything")
      ->check(CLI::IsMember({"P0", "P1", "P2", "P3"}))
      ->type_name("P");
  app->callback([flags, &global, &status] {
    const auto result = run(global, *flags);
    status = result.has_error() ? report_error(result.error()) : result.value();
  });
}

}  // namespace gp::app
