#include <memory>

#include "gardener/commands.h"
#include "gardener/output.h"
#include "gardener/progress.h"
#include "gardener/rules/counts.h"
#include "gardener/rules/finding_report.h"
#include "gardener/rules/gate.h"
#include "gardener/session.h"
#include "gardener/text_files.h"
#include "protocol/codes.h"

namespace gp::app {
namespace {

struct GateFlags {
  std::string baseline;
  bool update = false;
  bool init = false;
  bool all = false;
};

/// What there is to check. Errors: nothing at all, which a CI must not take for success.
Result<void> check_configured(const Session& session, const std::string& baseline) {
  if (!session.settings.bans.empty() || !baseline.empty()) return ok();
  return fail(
      Code::bad_request,
      "gate: there is nothing to check: add a [[ban]] or baseline = \"FILE\" to gardener.toml");
}

rules::GateResult check(const GlobalFlags& global, const Session& session, bool unresolved) {
  const Progress progress(global, "checking bans and baseline");
  rules::GateResult result =
      rules::check_bans(session.tree, session.settings.bans, session.refs_options(global));
  if (unresolved) {
    const graph::CodeBase code(session.tree, session.code_options(global));
    rules::check_unresolved(code, session.settings.target_minor, result);
  }
  return result;
}

Result<rules::Baseline> read_baseline(const std::string& path, bool init) {
  auto text = read_text_file(path);
  if (text.has_value()) return rules::Baseline::parse(text.value(), path);
  if (text.error().code != Code::not_found) return std::move(text).error();
  if (init) return rules::Baseline{};
  return fail(Code::bad_request,
              "baseline " + path +
                  ": there is none; gardener gate --update-baseline --init makes "
                  "one of what is there today");
}

Result<int> run(const GlobalFlags& global, const GateFlags& flags) {
  GP_TRY(const Format format, format_of(global, {Format::kText, Format::kJson, Format::kSarif,
                                                 Format::kMarkdown, Format::kGithub}));
  GP_TRY(const Session session, open_session(global));
  const std::string name = flags.baseline.empty() ? session.settings.baseline : flags.baseline;
  GP_TRY(check_configured(session, name));
  if (flags.update && name.empty())
    return fail(Code::bad_request,
                "gate --update-baseline: add baseline = \"FILE\" to gardener.toml");
  if (flags.init && !flags.update)
    return fail(Code::bad_request, "gate --init: goes with --update-baseline");
  const std::string path = name.starts_with('/') ? name : global.root + "/" + name;
  rules::Baseline accepted;
  if (!name.empty()) {
    GP_TRY(accepted, read_baseline(path, flags.init));
  }
  const rules::GateResult result = check(global, session, !name.empty());
  const rules::Baseline now = rules::baseline_of(result);
  rules::FindingReport report{.command = "gate", .unreadable = result.unreadable};
  if (flags.update) {
    const rules::Baseline next = flags.init ? now : accepted.common_with(now);
    const std::size_t before = accepted.lines().size();
    if (next.lines() != accepted.lines() || flags.init) {
      GP_TRY(write_text_file(path, next.text()));
    }
    report.notes.push_back("baseline " + name + ": " + rules::count_text(before, "line") +
                           " before, " + rules::count_text(next.lines().size(), "line") + " now");
    accepted = next;
  } else if (const auto stale = now.missing_from(accepted); !stale.empty() && !global.quiet) {
    report.notes.push_back(rules::count_text(stale.size(), "line") +
                           " of the baseline no longer needed: gardener gate --update-baseline");
  }
  report.facts = {{"bans", session.settings.bans.size()},
                  {"baseline lines", accepted.lines().size()}};
  report.findings = rules::new_findings(result, accepted);
  const int status = result.is_incomplete ? kIncomplete : report.findings.empty() ? kClean : kFound;
  return write_findings(report, format, {use_color(global), flags.all}, session.tree, status);
}

}  // namespace

void add_gate(CLI::App& root, const GlobalFlags& global, int& status) {
  auto flags = std::make_shared<GateFlags>();
  CLI::App* app = root.add_subcommand(
      "gate", "for CI: bans of gardener.toml, and nothing new beside the baseline");
  app->fallthrough();
  app->add_option("--baseline", flags->baseline, "instead of the settings' baseline")
      ->type_name("FILE");
  app->add_flag("--update-baseline", flags->update,
                "remove lines that are no longer needed; adds none");
  app->add_flag("--init", flags->init,
                "with --update-baseline: write everything that is there today");
  app->add_flag("--all", flags->all, "text: every finding, not the first 20 of each priority");
  app->callback([flags, &global, &status] {
    const auto result = run(global, *flags);
    status = result.has_error() ? report_error(result.error()) : result.value();
  });
}

}  // namespace gp::app
