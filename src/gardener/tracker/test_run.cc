#include "gardener/tracker/test_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "protocol/codes.h"
#include "protocol/json.h"
#include "protocol/json_writer.h"

namespace gp::tracker {
namespace {

using simdjson::dom::object;

constexpr std::size_t kRecordBytesMax = std::size_t{256} * 1024 * 1024;
constexpr std::string_view kFormat = "gardener-test-run";
constexpr std::string_view kStateNames[] = {"not run", "passed", "xpassed", "xfailed",
                                            "skipped", "error",  "failed"};

std::string text_of(const object& line, std::string_view name) {
  return std::string(protocol::string_member(line, name).value_or(""));
}

std::int64_t integer_of(const object& line, std::string_view name) {
  std::int64_t value = 0;
  if (line[name].get(value) != simdjson::SUCCESS) return 0;
  return value;
}

bool flag_of(const object& line, std::string_view name) {
  bool value = false;
  return line[name].get(value) == simdjson::SUCCESS && value;
}

TestState state_of_report(const object& line) {
  const std::string outcome = text_of(line, "outcome");
  const bool is_call = text_of(line, "when") == "call";
  const bool was_xfail = flag_of(line, "xfail");
  if (outcome == "skipped") return was_xfail ? TestState::kXfailed : TestState::kSkipped;
  if (outcome == "failed") return is_call ? TestState::kFailed : TestState::kError;
  if (!is_call) return TestState::kNotRun;  // a setup that passed says nothing yet
  return was_xfail ? TestState::kXpassed : TestState::kPassed;
}

/// Collects the plugin's lines by id.
class LineReader {
 public:
  Result<void> take(const object& line, std::size_t number) {
    const std::string kind = text_of(line, "kind");
    if (kind == "item") {
      TestCase& test = test_of(line);
      test.count = ++collected_[test.id];
    } else if (kind == "report") {
      take_report(line);
    } else if (kind == "collect") {
      take_collect(line);
    } else if (kind == "deselected") {
      run_.deselected += static_cast<std::uint32_t>(integer_of(line, "count"));
    } else if (kind == "foreign") {
      run_.foreign.push_back(text_of(line, "file"));
    } else if (kind == "finish") {
      run_.is_finished = true;
    } else if (kind != "start") {
      return fail(
          Code::invalid_json,
          fmt::format("line {} of the test plugin has the unknown kind '{}'", number, kind));
    }
    return ok();
  }

  TestRun finish() {
    for (auto& [id, test] : tests_) run_.tests.push_back(std::move(test));
    for (auto& [id, file] : collection_) run_.collection.push_back(std::move(file));
    std::sort(run_.foreign.begin(), run_.foreign.end());
    run_.foreign.erase(std::unique(run_.foreign.begin(), run_.foreign.end()), run_.foreign.end());
    run_.knows_tests = true;
    return std::move(run_);
  }

 private:
  TestCase& test_of(const object& line) {
    TestCase& test = tests_[text_of(line, "id")];
    if (test.id.empty()) {
      test.id = text_of(line, "id");
      test.file = text_of(line, "file");
    }
    return test;
  }

  void take_report(const object& line) {
    TestCase& test = test_of(line);
    if (text_of(line, "outcome") == "rerun") {  // a try that does not count
      test.state = TestState::kNotRun;
      test.text.clear();
      return;
    }
    const TestState state = state_of_report(line);
    if (state <= test.state) return;
    test.state = state;
    test.text = text_of(line, "text");
  }

  void take_collect(const object& line) {
    TestCase& file = collection_[text_of(line, "id")];
    file.id = text_of(line, "id");
    file.file = text_of(line, "file");
    file.state = text_of(line, "outcome") == "failed" ? TestState::kError : TestState::kSkipped;
    file.text = text_of(line, "text");
  }

  TestRun run_{};
  std::map<std::string, TestCase> tests_{};
  std::map<std::string, TestCase> collection_{};
  std::map<std::string, std::uint32_t> collected_{};
};

void write_cases(protocol::JsonWriter& json, std::string_view name,
                 const std::vector<TestCase>& cases) {
  json.key(name).begin_array();
  for (const TestCase& test : cases) {
    json.begin_object().field("id", test.id).field("file", test.file);
    json.field("state", name_of(test.state));
    if (test.count > 1) json.field("count", test.count);
    json.field_unless_empty("text", test.text).end_object();
  }
  json.end_array();
}

Result<std::vector<TestCase>> read_cases(const object& record, std::string_view name) {
  std::vector<TestCase> cases;
  simdjson::dom::array array;
  if (record[name].get(array) != simdjson::SUCCESS)
    return fail(Code::invalid_command, fmt::format("'{}' is no list", name));
  for (const auto element : array) {
    object entry;
    TestCase test;
    if (element.get(entry) != simdjson::SUCCESS || text_of(entry, "id").empty() ||
        !parse(text_of(entry, "state"), test.state)) {
      return fail(Code::invalid_command,
                  fmt::format("entry {} of '{}' has no id or no known state", cases.size(), name));
    }
    test.id = text_of(entry, "id");
    test.file = text_of(entry, "file");
    test.text = text_of(entry, "text");
    test.count = static_cast<std::uint32_t>(std::max<std::int64_t>(1, integer_of(entry, "count")));
    cases.push_back(std::move(test));
  }
  std::sort(cases.begin(), cases.end(),
            [](const TestCase& a, const TestCase& b) { return a.id < b.id; });
  return cases;
}

Result<TestRun> read_fields(const object& record) {
  if (text_of(record, "format") != kFormat || integer_of(record, "version") != 1)
    return fail(Code::invalid_command, "it is no record of a test run of version 1");
  TestRun run;
  simdjson::dom::array command;
  if (record["command"].get(command) == simdjson::SUCCESS) {
    for (const auto word : command) {
      std::string_view text;
      if (word.get(text) == simdjson::SUCCESS) run.command.emplace_back(text);
    }
  }
  run.plan_hash = text_of(record, "plan_hash");
  run.exit_status = static_cast<int>(integer_of(record, "exit_status"));
  run.knows_tests = flag_of(record, "knows_tests");
  run.is_timed_out = flag_of(record, "timed_out");
  run.is_finished = flag_of(record, "finished");
  run.deselected = static_cast<std::uint32_t>(integer_of(record, "deselected"));
  GP_TRY(run.tests, read_cases(record, "tests"));
  GP_TRY(run.collection, read_cases(record, "collection"));
  return run;
}

}  // namespace

std::string_view name_of(TestState state) { return kStateNames[static_cast<std::size_t>(state)]; }

bool parse(std::string_view name, TestState& state) {
  const auto* found = std::find(std::begin(kStateNames), std::end(kStateNames), name);
  if (found == std::end(kStateNames)) return false;
  state = static_cast<TestState>(found - std::begin(kStateNames));
  return true;
}

std::size_t TestRun::count(TestState state) const {
  return static_cast<std::size_t>(std::count_if(
      tests.begin(), tests.end(), [state](const TestCase& test) { return test.state == state; }));
}

std::size_t TestRun::skipped() const {
  return count(TestState::kSkipped) +
         static_cast<std::size_t>(
             std::count_if(collection.begin(), collection.end(),
                           [](const TestCase& file) { return file.state == TestState::kSkipped; }));
}

Result<TestRun> read_plugin_lines(std::string_view lines) {
  protocol::JsonParser parser;
  LineReader reader;
  std::size_t number = 0;
  while (!lines.empty()) {
    ++number;
    const std::size_t end = lines.find('\n');
    if (end == std::string_view::npos) break;  // cut off by a crash: the run is not finished
    auto parsed = parser.parse_object(lines.substr(0, end));
    if (!parsed) {
      return fail(Code::invalid_json,
                  fmt::format("line {} of the test plugin: {}", number, parsed.error().message));
    }
    GP_TRY(reader.take(parsed.value(), number));
    lines.remove_prefix(end + 1);
  }
  return reader.finish();
}

std::string to_json(const TestRun& run) {
  std::string out;
  protocol::JsonWriter json(out);
  json.begin_object().field("format", kFormat).field("version", 1);
  json.key("command").begin_array();
  for (const std::string& word : run.command) json.value(std::string_view(word));
  json.end_array().field("plan_hash", run.plan_hash).field("exit_status", run.exit_status);
  json.field("knows_tests", run.knows_tests).field("timed_out", run.is_timed_out);
  json.field("finished", run.is_finished).field("deselected", run.deselected);
  write_cases(json, "tests", run.tests);
  write_cases(json, "collection", run.collection);
  json.end_object();
  out += '\n';
  return out;
}

Result<TestRun> read_record(std::string_view text, std::string_view path) {
  constexpr std::string_view kAdvice =
      "make it again with `gardener loop PLAN --record FILE -- COMMAND` on the state before";
  if (text.size() > kRecordBytesMax) {
    return fail(Code::payload_too_large,
                fmt::format("{} is larger than {} MiB: no record of a test run", path,
                            kRecordBytesMax >> 20U));
  }
  protocol::JsonParser parser;
  auto record = parser.parse_object(text);
  if (!record) {
    return fail(Code::invalid_json,
                fmt::format("{}: {}; {}", path, record.error().message, kAdvice));
  }
  auto run = read_fields(record.value());
  if (!run)
    return fail(run.error().code, fmt::format("{}: {}; {}", path, run.error().message, kAdvice));
  return run;
}

std::string summary(const TestRun& run) {
  if (!run.knows_tests) return fmt::format("exit status {}", run.exit_status);
  std::string out;
  const auto add = [&out](std::size_t count, std::string_view what) {
    if (count > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, what);
  };
  constexpr TestState kOrder[] = {TestState::kPassed,  TestState::kFailed,  TestState::kError,
                                  TestState::kSkipped, TestState::kXfailed, TestState::kXpassed,
                                  TestState::kNotRun};
  for (const TestState state : kOrder) add(run.count(state), name_of(state));
  const std::size_t files_skipped = run.skipped() - run.count(TestState::kSkipped);
  add(run.collection.size() - files_skipped, "not collectable");
  add(files_skipped, "skipped as a whole");
  if (run.is_timed_out) out += out.empty() ? "timed out" : ", timed out";
  return out.empty() ? "no tests" : out;
}

}  // namespace gp::tracker
