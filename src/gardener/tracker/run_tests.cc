#include "gardener/tracker/run_tests.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include "gardener/tracker/before_tree.h"
#include "gardener/tracker/file_bytes.h"
#include "gardener/tracker/process.h"
#include "gardener/tracker/pytest_plugin.h"
#include "protocol/codes.h"

namespace gp::tracker {
namespace {

// What pytest means by its exit status.
constexpr int kUsageError = 4;
constexpr int kNothingCollected = 5;

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool is_pytest_name(std::string_view word) {
  constexpr std::array<std::string_view, 4> kNames = {"pytest", "py.test", "pytest-3", "pytest3"};
  return std::find(kNames.begin(), kNames.end(), base_name(word)) != kNames.end();
}

/// Programs that run the command that follows them.
bool is_runner(std::string_view word) {
  constexpr std::array<std::string_view, 10> kNames = {
      "env", "poetry", "pdm", "uv", "hatch", "pipenv", "rye", "nice", "timeout", "xvfb-run"};
  return std::find(kNames.begin(), kNames.end(), base_name(word)) != kNames.end();
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// The last lines, for a message.
std::string tail(std::string_view output) {
  while (!output.empty() && output.back() == '\n') output.remove_suffix(1);
  std::size_t at = output.size();
  for (int lines = 0; lines < 8 && at != std::string_view::npos && at > 0; ++lines)
    at = output.rfind('\n', at - 1);
  if (at == std::string_view::npos || at == 0) return std::string(output);
  return std::string(output.substr(at + 1));
}

std::string with_ours_first(const char* name, const std::string& ours) {
  const char* set = ::getenv(name);
  return set == nullptr || *set == '\0' ? ours : ours + ":" + set;
}

Error usage_error(const std::string& command, const ProcessEnd& end) {
  return {Code::invalid_command,
          fmt::format("pytest does not understand `{}`:\n{}", command, tail(end.output))};
}

/// Why pytest said nothing through the plugin.
Error no_plugin(const RunOptions& options, const ProcessEnd& end) {
  const std::string command = joined(options.command);
  if (end.output.find("No module named pytest") != std::string::npos) {
    return {Code::not_found,
            fmt::format("the Python of `{}` has no pytest: install the package python3-pytest (or "
                        "pytest with pip), or name an interpreter that has it",
                        command)};
  }
  if (end.output.find("No module named ") != std::string::npos &&
      end.output.find(kPluginModule) != std::string::npos) {
    return {Code::invalid_command,
            fmt::format("`{}` ignores PYTHONPATH (-I or -E?), so gardener's plugin cannot be "
                        "loaded: run it without that flag",
                        command)};
  }
  if (end.status == kUsageError) return usage_error(command, end);
  return {Code::internal, fmt::format("`{}` ended with status {} before pytest began:\n{}", command,
                                      end.status, tail(end.output))};
}

Result<TestRun> judge(const RunOptions& options, const ProcessEnd& end, TestRun run) {
  const std::string command = joined(options.command);
  if (end.status == kUsageError) return outcome::failure(usage_error(command, end));
  if (run.tests.empty() && run.collection.empty() && !end.is_timed_out &&
      (end.status == kNothingCollected || end.status == 0)) {
    return fail(
        Code::not_found,
        fmt::format("`{}` collected no tests in {}: nothing can be proved; name the folder of "
                    "the tests{}",
                    command, options.folder,
                    run.deselected > 0 ? " or a wider -k / -m expression" : ""));
  }
  return run;
}

}  // namespace

bool is_pytest(const std::vector<std::string>& command, std::size_t& at) {
  for (std::size_t i = 0; i < command.size(); ++i) {
    at = i + 1;
    if (command[i] == "-mpytest") return true;
    if (command[i] == "-m" && i + 1 < command.size() && command[i + 1] == "pytest") {
      at = i + 2;
      return true;
    }
    if (is_pytest_name(command[i]) && (i == 0 || is_runner(command[0]))) return true;
  }
  return false;
}

Result<TestRun> run_tests(const RunOptions& options) {
  GP_TRY(const TemporaryFolder ours, TemporaryFolder::make("loop"));
  ProcessOptions process;
  process.folder = options.folder;
  process.command = options.command;
  process.timeout = options.timeout;
  process.echo = options.echo == Echo::kStderr ? STDERR_FILENO : -1;
  process.environment.emplace_back("PYTHONPYCACHEPREFIX", ours.path() + "/pycache");
  const std::string lines = ours.path() + "/lines.jsonl";
  std::size_t at = 0;
  const bool is_ours = is_pytest(options.command, at);
  if (is_ours) {
    GP_TRY(write_bytes(ours.path() + "/" + std::string(kPluginModule) + ".py", plugin_source()));
    const auto position = process.command.begin() + static_cast<std::ptrdiff_t>(at);
    // One file that cannot be collected must not hide what became of the others.
    process.command.insert(position,
                           {"-p", std::string(kPluginModule), "--continue-on-collection-errors"});
    process.environment.emplace_back("PYTHONPATH", with_ours_first("PYTHONPATH", ours.path()));
    process.environment.emplace_back(kPluginOutput, lines);
    std::error_code error;
    const auto original = std::filesystem::canonical(options.original, error);
    process.environment.emplace_back(kPluginOriginal,
                                     options.original.empty() || error ? "" : original.string());
  }
  GP_TRY(const ProcessEnd end, run_process(process));
  TestRun run;
  std::error_code missing;
  if (is_ours && std::filesystem::exists(lines, missing)) {
    GP_TRY(const std::string text, read_bytes(lines));
    GP_TRY(run, read_plugin_lines(text));
  } else if (is_ours && !end.is_timed_out) {
    return outcome::failure(no_plugin(options, end));
  }
  run.command = options.command;
  run.exit_status = end.status;
  run.is_timed_out = end.is_timed_out;
  if (!run.knows_tests) {
    run.is_finished = !end.is_timed_out;
    return run;
  }
  return judge(options, end, std::move(run));
}

}  // namespace gp::tracker
