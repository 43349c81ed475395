#include <memory>

#include "config/nearest_name.h"
#include "gardener/commands.h"
#include "gardener/output.h"
#include "gardener/rules/manual.h"
#include "gardener/rules/page.h"
#include "protocol/codes.h"

namespace gp::app {
namespace {

struct ExplainFlags {
  std::string code;
  bool all = false;
};

Result<int> run(const GlobalFlags& global, const ExplainFlags& flags) {
  GP_TRY(const Format format, format_of(global, {Format::kText, Format::kMarkdown}));
  if (flags.all)
    return write_result(
        format == Format::kMarkdown ? rules::manual_markdown() : rules::manual_list(), kClean);
  if (flags.code.empty())
    return fail(Code::bad_request, "explain: name a code or a class of references, or use --all");
  const rules::Page* page = rules::find_page(flags.code);
  if (page == nullptr) {
    std::vector<std::string_view> known;
    for (const rules::Page* candidate : rules::all_pages()) {
      known.push_back(candidate->code);
      known.push_back(candidate->name);
    }
    return fail(Code::bad_request, "explain " + flags.code + ": no such code or class" +
                                       config::suggestion(flags.code, known) +
                                       "; gardener explain --all lists them");
  }
  return write_result(rules::manual_page(*page), kClean);
}

}  // namespace

void add_explain(CLI::App& root, const GlobalFlags& global, int& status) {
  auto flags = std::make_shared<ExplainFlags>();
  CLI::App* app =
      root.add_subcommand("explain", "the manual page of a code or a class of references");
  app->fallthrough();
  app->add_option("code", flags->code, "GP001, patch-indirect …")->type_name("CODE");
  app->add_flag("--all", flags->all, "text: the list of all; md: all pages");
  app->callback([flags, &global, &status] {
    const auto result = run(global, *flags);
    status = result.has_error() ? report_error(result.error()) : result.value();
  });
}

}  // namespace gp::app
