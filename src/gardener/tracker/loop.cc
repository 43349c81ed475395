#include "gardener/tracker/loop.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace gp::tracker {
namespace {

bool is_failing(TestState state) {
  return state == TestState::kFailed || state == TestState::kError || state == TestState::kNotRun;
}

/// The line of a failure that says most: the last `E   …` line, else the last line.
std::string essence(std::string_view text) {
  std::string_view best;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool says_error = line.substr(0, 2) == "E ";
    if (says_error || (!line.empty() && best.substr(0, 2) != "E ")) best = line;
  }
  if (best.substr(0, 2) == "E ") best.remove_prefix(2);
  while (!best.empty() && best.front() == ' ') best.remove_prefix(1);
  return std::string(best);
}

class Comparison {
 public:
  Comparison(const TestRun& before, const TestRun& after, const plan::Plan& plan)
      : before_(before), after_(after), plan_(plan) {
    for (const TestCase& file : after.collection) collection_after_.emplace(file.file, &file);
    for (const plan::FileRow& row : plan.files) {
      if (row.is_deleted) deleted_.emplace(row.path, true);
    }
  }

  LoopReport run() {
    report_.before = summary(before_);
    report_.after = summary(after_);
    report_.knows_tests = before_.knows_tests && after_.knows_tests;
    compare_runs();
    if (report_.knows_tests) {
      compare_tests();
      compare_collection();
      note_unknown_before();
    }
    std::sort(report_.differences.begin(), report_.differences.end(),
              [](const Difference& a, const Difference& b) {
                return std::tie(a.change, a.id) < std::tie(b.change, b.id);
              });
    report_.passes = std::none_of(report_.differences.begin(), report_.differences.end(),
                                  [](const Difference& one) { return is_bad(one.change); });
    return std::move(report_);
  }

 private:
  Difference& add(Change change, const TestCase& test, TestState before, TestState after,
                  const std::string& text) {
    Difference difference{change, test.id, test.file, before, after, essence(text), {}, {}};
    if (is_bad(change)) {
      difference.rows = attribute(plan_, test.file, text);
      if (difference.rows.empty())
        difference.advice = "no row of the plan is near it: run the test alone on both states";
    }
    return report_.differences.emplace_back(std::move(difference));
  }

  /// What went wrong with a run as a whole.
  void compare_runs() {
    for (const auto& [run, name] : {std::pair(&before_, "before"), std::pair(&after_, "after")}) {
      if (run->is_finished && !run->is_timed_out) continue;
      Difference& difference = add(Change::kRunEnded, {}, {}, {}, "");
      difference.text =
          run->is_timed_out
              ? fmt::format("the run {} did not end in time", name)
              : fmt::format("the run {} ended in the middle (status {})", name, run->exit_status);
      difference.advice = run->is_timed_out ? "raise --timeout, or name fewer tests"
                                            : "run the command with --verbose: pytest crashed";
    }
    if (before_.command != after_.command)
      report_.notes.emplace_back("the command before and the command after are not the same");
    if (!report_.knows_tests) {
      report_.notes.emplace_back(
          "not pytest: only the exit status is compared; which tests ran is unknown");
      if (before_.exit_status != after_.exit_status) {
        const bool was_red = before_.exit_status != 0 && after_.exit_status == 0;
        Difference& difference = add(was_red ? Change::kMended : Change::kRunEnded, {}, {}, {}, "");
        difference.text =
            fmt::format("exit status {} before, {} after", before_.exit_status, after_.exit_status);
        difference.advice = was_red ? "" : "run the command with --verbose";
      }
    }
    for (const std::string& file : before_.foreign)
      report_.notes.push_back(
          fmt::format("the run before imported {} from the original tree", file));
    if (!before_.foreign.empty()) {
      Difference& difference = add(Change::kRunEnded, {}, {}, {}, "");
      difference.text =
          "the run before did not test the state before: the package is installed from "
          "the original tree";
      difference.advice = "record the run before applying: gardener loop PLAN --record FILE -- …";
    }
  }

  void compare_tests() {
    std::map<std::string_view, const TestCase*> now;
    for (const TestCase& test : after_.tests) {
      now.emplace(test.id, &test);
      report_.collected_after += test.count;
    }
    for (const TestCase& test : before_.tests) {
      report_.collected_before += test.count;
      const auto found = now.find(test.id);
      if (found == now.end()) {
        compare_gone(test);
        continue;
      }
      compare_states(test, *found->second);
      now.erase(found);
    }
    for (const auto& [id, test] : now) compare_new(*test);
  }

  void compare_gone(const TestCase& test) {
    if (deleted_.count(test.file) != 0) {
      add(Change::kPlannedDrop, test, test.state, TestState::kNotRun, "");
      return;
    }
    const auto file = collection_after_.find(test.file);
    if (file == collection_after_.end()) {
      Difference& lost = add(Change::kLost, test, test.state, TestState::kNotRun, test.text);
      lost.text = "collected before, not collected now, and the plan does not delete its file";
      return;
    }
    const bool is_skip = file->second->state == TestState::kSkipped;
    add(is_skip ? Change::kNowSkipped : Change::kUncollected, test, test.state, file->second->state,
        file->second->text);
  }

  void compare_states(const TestCase& before, const TestCase& after) {
    const TestState was = before.state;
    const TestState is = after.state;
    if (is_failing(is) && !is_failing(was)) {
      add(Change::kBroken, after, was, is, after.text);
    } else if (is_failing(is)) {
      add(Change::kStillFailing, after, was, is, after.text);
    } else if (is == TestState::kSkipped && was != TestState::kSkipped) {
      add(Change::kNowSkipped, after, was, is, after.text);
    } else if (is_failing(was)) {
      add(Change::kMended, after, was, is, "");
    } else if (is == TestState::kXpassed && was == TestState::kXfailed) {
      add(Change::kXpassed, after, was, is, after.text).advice = "its xfail mark can go";
    } else if (after.count < before.count) {
      add(Change::kLost, after, was, is, "").text =
          fmt::format("collected {} times before, {} now", before.count, after.count);
    } else if (is != was) {
      add(Change::kOther, after, was, is, after.text);
    } else {
      ++report_.unchanged;
    }
  }

  void compare_new(const TestCase& test) {
    if (is_failing(test.state)) {
      add(Change::kBroken, test, TestState::kNotRun, test.state, test.text);
    } else if (test.state == TestState::kSkipped) {
      add(Change::kNowSkipped, test, TestState::kNotRun, test.state, test.text);
    } else {
      add(Change::kNew, test, TestState::kNotRun, test.state, "");
    }
  }

  /// A test that could not be collected before cannot be missed: say so, or green would mean more
  /// than it does.
  void note_unknown_before() {
    std::size_t unknown = 0;
    for (const TestCase& file : before_.collection) {
      const auto now = collection_after_.find(file.file);
      const bool is_mended = now == collection_after_.end() && deleted_.count(file.file) == 0;
      unknown += file.state == TestState::kError && is_mended ? 1 : 0;
    }
    if (unknown == 0) return;
    report_.notes.push_back(fmt::format(
        "{} {} not be collected before and can be now: what their tests did before is unknown. If "
        "they could be collected before the plan was applied, something else has changed since: "
        "record the run before (--record) and compare with it (--before)",
        unknown, unknown == 1 ? "file could" : "files could"));
  }

  /// Files that fail or are skipped while collecting, and had no test that could tell.
  void compare_collection() {
    std::map<std::string_view, TestState> was;
    for (const TestCase& file : before_.collection) was.emplace(file.id, file.state);
    std::map<std::string_view, bool> told;
    for (const Difference& one : report_.differences) told.emplace(one.file, true);
    for (const TestCase& file : after_.collection) {
      const auto before = was.find(file.id);
      if (before != was.end() && before->second == file.state) {
        add(Change::kStillFailing, file, file.state, file.state, file.text);
      } else if (told.count(file.file) == 0) {
        const bool is_skip = file.state == TestState::kSkipped;
        add(is_skip ? Change::kNowSkipped : Change::kUncollected, file, TestState::kNotRun,
            file.state, file.text);
      }
    }
  }

  const TestRun& before_;
  const TestRun& after_;
  const plan::Plan& plan_;
  std::map<std::string_view, const TestCase*> collection_after_{};
  std::map<std::string_view, bool> deleted_{};
  LoopReport report_{};
};

}  // namespace

std::string_view name_of(Change change) {
  constexpr std::string_view kNames[] = {"broken",    "uncollected",       "lost",    "now skipped",
                                         "run ended", "planned drop",      "xpassed", "mended",
                                         "new",       "failing as before", "other"};
  return kNames[static_cast<std::size_t>(change)];
}

bool is_bad(Change change) { return change <= Change::kRunEnded; }

LoopReport compare(const TestRun& before, const TestRun& after, const plan::Plan& plan) {
  return Comparison(before, after, plan).run();
}

}  // namespace gp::tracker
