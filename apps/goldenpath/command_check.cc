#include "goldenpath/command_check.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "goldenpath/check_steps.h"
#include "goldenpath/commands.h"
#include "goldenpath/terminal.h"

namespace gp::app {
namespace {

struct Tally {
  std::size_t ok = 0;
  std::size_t skipped = 0;
  std::vector<std::string_view> failed;
};

/// Why the step cannot be run; empty if it can.
std::string missing_for(const CheckStep& step, const CheckContext& context) {
  if (step.needs == Needs::kNothing) return {};
  if (context.first_user.token.empty()) return "needs the step `tokens`";
  if (step.needs == Needs::kSecondUser && context.second_user.token.empty())
    return context.no_second_user.empty() ? "needs a second user" : context.no_second_user;
  if (step.needs == Needs::kMessage && context.main.run_id.empty())
    return "needs the step `message acknowledged`";
  if (step.needs == Needs::kRun && !context.main.over) return "needs the step `run contract`";
  return {};
}

void print_row(const Paint& paint, const CheckStep& step, std::string_view result, Duration took,
               std::string_view detail) {
  const std::string padded = fmt::format("{:<7}", result);
  const std::string shown_result = result == "ok"       ? paint.green(padded)
                                   : result == "FAILED" ? paint.red(padded)
                                                        : paint.yellow(padded);
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  fmt::print("{:<25} {} {:>6} ms  {}\n", step.name, shown_result, milliseconds,
             one_line(detail, 600));
  std::fflush(stdout);
}

void run_step(const CheckStep& step, CheckContext& context, const Paint& paint, Tally& tally) {
  if (const std::string why = missing_for(step, context); !why.empty()) {
    ++tally.skipped;
    print_row(paint, step, "skipped", Duration(0), why);
    return;
  }
  const SystemClock clock;
  const MonotonicTime start = clock.now();
  context.begin_step(step.time == StepTime::kRun ? context.options().run_timeout
                                                 : context.options().timeout);
  const Result<Finding> outcome = step.run(context);
  const Duration took = clock.now() - start;
  if (!outcome) {
    tally.failed.push_back(step.name);
    print_row(paint, step, "FAILED", took, outcome.error().message);
  } else if (outcome.value().kind == Finding::Kind::kSkipped) {
    ++tally.skipped;
    print_row(paint, step, "skipped", took, outcome.value().text);
  } else {
    ++tally.ok;
    print_row(paint, step, "ok", took, outcome.value().text);
  }
  if (context.options().detail == Detail::kVerbose)
    fmt::print("{}\n", paint.dim(fmt::format("  {}", step.about)));
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", name);
  return text;
}

}  // namespace

int run_check(const CheckOptions& options) {
  auto url = client::parse_url(options.url, options.ca_file);
  if (!url) {
    fmt::print(stderr, "goldenpath check: {}\n", url.error().message);
    return kUsage;
  }
  const Paint paint(STDOUT_FILENO);
  fmt::print("goldenpath check {}\n\n", url.value().text());
  CheckContext context(std::move(url.value()), options);
  Tally tally;
  for (const CheckStep& step : check_steps()) run_step(step, context, paint, tally);
  fmt::print("\n{} ok, {} failed, {} skipped\n", tally.ok, tally.failed.size(), tally.skipped);
  if (tally.failed.empty()) return kOk;
  fmt::print("{}\n", paint.red("failed: " + joined(tally.failed)));
  return kFailed;
}

void add_check(CLI::App& root, int& status) {
  struct Flags {
    CheckOptions options;
    std::int64_t timeout = 10;
    std::int64_t run_timeout = 60;
    bool verbose = false;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* const app = root.add_subcommand(
      "check", "walk the Golden Path against a deployment and say what is broken");
  app->add_option("url", flags->options.url,
                  "where it is: http://127.0.0.1:8080 or https://chat.example.org")
      ->required()
      ->type_name("URL");
  app->add_option("--token", flags->options.token,
                  "token of a user; without it a demo session is asked for");
  app->add_option("--token2", flags->options.token2,
                  "token of another user, for the isolation steps");
  app->add_option("--ca", flags->options.ca_file, kCaHelp)->type_name("FILE");
  app->add_option("--timeout", flags->timeout, "seconds for a step, default 10")
      ->check(CLI::Range(1, 3600));
  app->add_option("--run-timeout", flags->run_timeout, "seconds for a step with a run, default 60")
      ->check(CLI::Range(1, 3600));
  app->add_flag("-v,--verbose", flags->verbose, "say what each step is about");
  app->callback([flags, &status] {
    flags->options.timeout = std::chrono::seconds(flags->timeout);
    flags->options.run_timeout = std::chrono::seconds(flags->run_timeout);
    if (flags->verbose) flags->options.detail = Detail::kVerbose;
    status = run_check(flags->options);
  });
}

}  // namespace gp::app
