#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "gardener/commands.h"
#include "gardener/output.h"
#include "gardener/progress.h"
#include "gardener/rules/compliance_tests.h"
#include "gardener/rules/scan_context.h"
#include "gardener/rules/test_map.h"
#include "gardener/session.h"
#include "gardener/text_files.h"
#include "protocol/codes.h"

namespace gp::app {
namespace {

namespace fs = std::filesystem;

struct TestsFlags {
  std::string module;
  std::string to;
  std::string folder;
  bool write = false;
};

/// Folders from the root to `folder`. Errors: it is outside the root.
Result<std::size_t> depth_of(const std::string& root, const std::string& folder) {
  std::error_code error;
  const fs::path absolute_root = fs::weakly_canonical(root, error);
  // A path whose first folder is still to be made stays relative unless it is made absolute first.
  const fs::path absolute = fs::weakly_canonical(fs::absolute(folder, error), error);
  const fs::path relative = absolute.lexically_relative(absolute_root);
  if (relative.empty() || *relative.begin() == "..")
    return fail(Code::bad_request, "--write " + folder + ": must be inside the root " + root);
  if (relative == ".") return std::size_t{0};
  return static_cast<std::size_t>(std::distance(relative.begin(), relative.end()));
}

std::string path_of(const graph::CodeBase& code, std::string_view module) {
  const graph::FileId file = code.find(module).file;
  return file == graph::kNoFile ? std::string() : code.tree().file(file).path;
}

Result<std::vector<std::string>> write_tests(const GlobalFlags& global, const TestsFlags& flags,
                                             const rules::ScanContext& context,
                                             rules::ComplianceInput input) {
  const std::string folder = flags.folder;
  GP_TRY(input.depth, depth_of(global.root, folder));
  input.target_path = path_of(context.code(), input.target);
  input.canonical_path = input.canonical.empty() ? "" : path_of(context.code(), input.canonical);
  if (!input.canonical.empty() && input.canonical_path.empty())
    return fail(Code::bad_request,
                "--to " + input.canonical + ": there is no such module in the tree");
  for (const std::string& root : context.code().roots())
    input.roots.push_back(root.empty() ? "." : root);
  if (!input.canonical.empty())
    input.paths = rules::same_paths(context, input.canonical, input.target);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(Code::bad_request, "--write " + folder + ": " + error.message());
  std::vector<std::string> written;
  for (const rules::GeneratedFile& file : rules::compliance_tests(input)) {
    const std::string path = (fs::path(folder) / file.name).string();
    GP_TRY(write_text_file(path, file.text));
    written.push_back(path);
  }
  return written;
}

std::string notes_of(const std::vector<std::string>& generated) {
  std::string out = generated.empty() ? "" : "\nWritten:\n";
  for (const std::string& path : generated) out += "  " + path + "\n";
  return out;
}

Result<int> run(const GlobalFlags& global, TestsFlags flags) {
  GP_TRY(const Format format, format_of(global, {Format::kText, Format::kJson, Format::kMarkdown}));
  rules::ComplianceInput input;
  GP_TRY(input.target, module_argument(flags.module));
  if (!flags.to.empty()) {
    GP_TRY(input.canonical, module_argument(flags.to));
  }
  GP_TRY(const Session session, open_session(global));
  if (flags.write && flags.folder.empty())
    flags.folder = (fs::path(global.root) / session.settings.tests).string();
  refs::ReferenceReport report;
  rules::TestMap map;
  std::vector<std::string> generated;
  {
    const Progress progress(global, "reading tests");
    report = refs::find_references(session.tree, input.target, session.refs_options(global));
    const graph::CodeBase code(session.tree, session.code_options(global));
    const rules::ScanContext context(code);
    map = rules::map_tests(context, report);
    if (flags.write) {
      GP_TRY(generated, write_tests(global, flags, context, input));
    }
  }
  const bool incomplete =
      std::any_of(report.unreadable.begin(), report.unreadable.end(),
                  [](const refs::Unreadable& file) { return file.mentions_target; });
  const int status = incomplete ? kIncomplete : map.contradicts() ? kFound : kClean;
  switch (format) {
    case Format::kJson:
      return write_result(rules::test_map_json(map, input.target, generated), status);
    case Format::kMarkdown:
      return write_result(rules::test_map_markdown(map, input.target), status);
    default:
      return write_result(rules::test_map_text(map, input.target) + notes_of(generated), status);
  }
}

}  // namespace

void add_tests(CLI::App& root, const GlobalFlags& global, int& status) {
  auto flags = std::make_shared<TestsFlags>();
  CLI::App* app = root.add_subcommand(
      "tests", "the tests that protect a module's importers, and those that contradict each other");
  app->fallthrough();
  app->add_option("module", flags->module, "dotted name, or the path of its file")
      ->required()
      ->type_name("MODULE");
  app->add_option("--to", flags->to, "the canonical module, for the tests that --write makes")
      ->type_name("MODULE");
  CLI::Option* write =
      app->add_option(
             "--write", flags->folder,
             "write compliance tests (pytest) into this folder, default the settings' tests")
          ->expected(0, 1)
          ->type_name("DIR");
  app->footer("Exit status: 1 if tests contradict each other about the module.");
  app->callback([flags, write, &global, &status] {
    flags->write = write->count() != 0;
    const auto result = run(global, *flags);
    status = result.has_error() ? report_error(result.error()) : result.value();
  });
}

}  // namespace gp::app
