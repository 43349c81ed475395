/// Runs the system's pytest (package python3-pytest) on small suites.
#include "gardener/tracker/run_tests.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "gardener/tracker/before_tree.h"
#include "gardener/tracker/file_bytes.h"

namespace gp::tracker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class RunTests : public testing::Test {
 protected:
  void write(const std::string& path, std::string_view text) {
    ASSERT_TRUE(write_bytes(folder_.path() + "/" + path, text));
  }
  Result<TestRun> pytest(std::vector<std::string> more = {}) {
    std::vector<std::string> command = {"/usr/bin/python3", "-m", "pytest", "-q"};
    command.insert(command.end(), more.begin(), more.end());
    return run(std::move(command));
  }
  Result<TestRun> run(std::vector<std::string> command, Duration timeout = {}) {
    return run_tests({folder_.path(), std::move(command), timeout, Echo::kNone, {}});
  }
  static std::map<std::string, std::string> states(const std::vector<TestCase>& tests) {
    std::map<std::string, std::string> out;
    for (const TestCase& test : tests) out.emplace(test.id, name_of(test.state));
    return out;
  }

  TemporaryFolder folder_ = std::move(TemporaryFolder::make("test").value());
};

TEST_F(RunTests, EveryEndOfATestIsTold) {
  write("test_all.py", R"(
import pytest

@pytest.fixture
def falls():
    yield
    raise RuntimeError("teardown")

@pytest.fixture
def never():
    raise RuntimeError("setup")

def test_passes(): pass
def test_fails(): assert 1 == 2, "\udc80"
def test_skips(): pytest.skip("not today")
def test_setup(never): pass
def test_teardown(falls): pass
@pytest.mark.xfail(reason="known")
def test_xfails(): assert False
@pytest.mark.xfail(reason="mended")
def test_xpasses(): pass
@pytest.mark.xfail(strict=True)
def test_strict(): pass
@pytest.mark.parametrize("text", ["a b", "x::y", "\u00e4"])
def test_many(text): pass
)");
  write("test_broken.py", "import no_such_module\n");
  write("test_away.py", "import pytest\npytest.skip('whole file', allow_module_level=True)\n");
  const auto run = pytest();
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_THAT(
      states(run.value().tests),
      ElementsAre(
          Pair("test_all.py::test_fails", "failed"),
          Pair("test_all.py::test_many[\\xe4]", "passed"),
          Pair("test_all.py::test_many[a b]", "passed"),
          Pair("test_all.py::test_many[x::y]", "passed"),
          Pair("test_all.py::test_passes", "passed"), Pair("test_all.py::test_setup", "error"),
          Pair("test_all.py::test_skips", "skipped"), Pair("test_all.py::test_strict", "failed"),
          Pair("test_all.py::test_teardown", "error"), Pair("test_all.py::test_xfails", "xfailed"),
          Pair("test_all.py::test_xpasses", "xpassed")));
  EXPECT_THAT(states(run.value().collection),
              ElementsAre(Pair("test_away.py", "skipped"), Pair("test_broken.py", "error")));
  EXPECT_THAT(run.value().collection[1].text, HasSubstr("No module named 'no_such_module'"));
  EXPECT_EQ(run.value().exit_status, 1);
  EXPECT_TRUE(run.value().is_finished);
  EXPECT_EQ(summary(run.value()),
            "4 passed, 2 failed, 2 error, 1 skipped, 1 xfailed, 1 xpassed, 1 not collectable, 1 "
            "skipped as a whole");
  const auto again = read_record(to_json(run.value()), "before.json");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(again.value()), to_json(run.value()));
}

TEST_F(RunTests, FilesAreRelativeToTheFolderEvenBelowPytestsRoot) {
  write("pytest.ini", "[pytest]\n");
  write("part/test_a.py", "def test_a(): pass\n");
  const auto run = run_tests(
      {folder_.path() + "/part", {"/usr/bin/python3", "-m", "pytest"}, {}, Echo::kNone, {}});
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run.value().tests[0].id, "part/test_a.py::test_a");
  EXPECT_EQ(run.value().tests[0].file, "test_a.py");
}

TEST_F(RunTests, DeselectedAndRepeatedTestsAreCounted) {
  write("test_a.py", "def test_this(): pass\ndef test_b(): pass\n");
  const auto run = pytest({"-k", "this", "--keep-duplicates", "test_a.py", "test_a.py"});
  ASSERT_TRUE(run) << run.error().message;
  ASSERT_EQ(run.value().tests.size(), 1U);
  EXPECT_EQ(run.value().tests[0].count, 2U);
  EXPECT_EQ(run.value().deselected, 2U);
}

TEST_F(RunTests, ACrashLeavesTheRestNotRun) {
  write("test_a.py",
        "import os\ndef test_a(): pass\ndef test_b(): os._exit(3)\ndef test_c(): pass\n");
  const auto run = pytest();
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_FALSE(run.value().is_finished);
  EXPECT_EQ(run.value().exit_status, 3);
  EXPECT_THAT(states(run.value().tests),
              ElementsAre(Pair("test_a.py::test_a", "passed"), Pair("test_a.py::test_b", "not run"),
                          Pair("test_a.py::test_c", "not run")));
}

TEST_F(RunTests, TheTreeStaysClean) {
  write("helper.py", "X = 1\n");
  write("test_a.py", "import helper\ndef test_a(): assert helper.X\n");
  ASSERT_TRUE(pytest({"-p", "no:cacheprovider"}));
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
    names.push_back(entry.path().filename());
  EXPECT_THAT(names, testing::UnorderedElementsAre("helper.py", "test_a.py"));
}

TEST_F(RunTests, ImportsFromTheOriginalTreeAreNoticed) {
  const TemporaryFolder original = std::move(TemporaryFolder::make("test").value());
  ASSERT_TRUE(write_bytes(original.path() + "/installed.py", "X = 1\n"));
  write("test_a.py", "import sys\nsys.path.append('" + original.path() +
                         "')\nimport installed\ndef test_a(): pass\n");
  const auto run = run_tests(
      {folder_.path(), {"/usr/bin/python3", "-m", "pytest"}, {}, Echo::kNone, original.path()});
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_THAT(run.value().foreign, ElementsAre("installed.py"));
}

// The pipe hangs up when nobody of the group holds its other end.
TEST_F(RunTests, AtTheTimeoutTheWholeGroupIsKilled) {
  const std::string pipe = folder_.path() + "/alive";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  pollfd end{::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC), POLLIN, 0};
  ASSERT_GE(end.fd, 0);
  const auto run = this->run({"/bin/sh", "-c", "exec 3>alive; echo here >&3; sleep 600 & wait"},
                             std::chrono::seconds(2));
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_TRUE(run.value().is_timed_out);
  char said[8] = {};
  EXPECT_EQ(::read(end.fd, said, sizeof(said)), 5);
  EXPECT_EQ(::poll(&end, 1, 30'000), 1);
  EXPECT_EQ(end.revents & POLLHUP, POLLHUP);
  ::close(end.fd);
}

TEST_F(RunTests, ASignalToUsEndsTheCommand) {
  const auto run = this->run({"/bin/sh", "-c", "kill -TERM $PPID; sleep 600"});
  ASSERT_FALSE(run);
  EXPECT_THAT(run.error().message, HasSubstr("was ended by Terminated: nothing is proved"));
}

TEST_F(RunTests, OtherCommandsHaveAnExitStatus) {
  const auto run = this->run({"/bin/sh", "-c", "exit 7"});
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_FALSE(run.value().knows_tests);
  EXPECT_EQ(run.value().exit_status, 7);
  EXPECT_EQ(summary(run.value()), "exit status 7");
}

struct Refusal {
  const char* name;
  std::vector<std::string> command;
  const char* says;
};

class Refused : public RunTests, public testing::WithParamInterface<Refusal> {};

TEST_P(Refused, WithASentence) {
  write("test_a.py", "def test_a(): pass\n");
  const auto run = this->run(GetParam().command);
  ASSERT_FALSE(run);
  EXPECT_THAT(run.error().message, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    All, Refused,
    testing::Values(
        Refusal{"nothing", {}, "no command: write it after `--`"},
        Refusal{"unknown", {"no-such-command"}, "cannot run `no-such-command`"},
        Refusal{"without_pytest",
                {"/usr/bin/python3", "-S", "-m", "pytest"},
                "install the package python3-pytest"},
        Refusal{"isolated", {"/usr/bin/python3", "-I", "-m", "pytest"}, "ignores PYTHONPATH"},
        Refusal{
            "no_tests", {"/usr/bin/python3", "-m", "pytest", "-k", "zzz"}, "collected no tests"},
        Refusal{
            "usage", {"/usr/bin/python3", "-m", "pytest", "--zzz"}, "pytest does not understand"},
        Refusal{"no_path", {"/usr/bin/python3", "-m", "pytest", "zzz.py"}, "zzz.py"}),
    [](const auto& one) { return one.param.name; });

TEST(IsPytest, ByNameOrModule) {
  std::size_t at = 0;
  EXPECT_TRUE(is_pytest({"pytest", "-q"}, at));
  EXPECT_EQ(at, 1U);
  EXPECT_TRUE(is_pytest({"/usr/bin/pytest-3"}, at));
  EXPECT_TRUE(is_pytest({"python3", "-X", "dev", "-m", "pytest", "tests"}, at));
  EXPECT_EQ(at, 5U);
  EXPECT_TRUE(is_pytest({"python3", "-mpytest"}, at));
  EXPECT_TRUE(is_pytest({"poetry", "run", "pytest"}, at));
  EXPECT_EQ(at, 3U);
  EXPECT_FALSE(is_pytest({"ruff", "check", "pytest"}, at));
  EXPECT_FALSE(is_pytest({"make", "test"}, at));
}

TEST(ReadRecord, DamageIsRefusedWithAdvice) {
  for (const char* text :
       {"", "{", "[]", R"({"format":"x"})", R"({"format":"gardener-test-run","version":2})",
        R"({"format":"gardener-test-run","version":1})",
        R"({"format":"gardener-test-run","version":1,"tests":[{"id":"a","state":"?"}]})"}) {
    const auto run = read_record(text, "before.json");
    ASSERT_FALSE(run) << text;
    EXPECT_THAT(run.error().message, HasSubstr("before.json: ")) << text;
    EXPECT_THAT(run.error().message, HasSubstr("--record")) << text;
  }
}

TEST(ReadPluginLines, RerunsCountTheLastTryAndSubtestsTheWorst) {
  const auto run = read_plugin_lines(
      R"({"kind":"start"}
{"kind":"item","id":"t.py::a","file":"t.py"}
{"kind":"item","id":"t.py::b","file":"t.py"}
{"kind":"report","id":"t.py::a","when":"call","outcome":"failed","text":"first"}
{"kind":"report","id":"t.py::a","when":"call","outcome":"rerun"}
{"kind":"report","id":"t.py::a","when":"call","outcome":"passed"}
{"kind":"report","id":"t.py::b","when":"call","outcome":"failed","text":"subtest"}
{"kind":"report","id":"t.py::b","when":"call","outcome":"passed"}
{"kind":"report","id":"t.py::b","wh)");
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run.value().tests[0].state, TestState::kPassed);
  EXPECT_EQ(run.value().tests[1].state, TestState::kFailed);
  EXPECT_EQ(run.value().tests[1].text, "subtest");
  EXPECT_FALSE(run.value().is_finished);
  EXPECT_FALSE(read_plugin_lines("{\"kind\":\"zzz\"}\n"));
}

TEST(CopyTree, CopiesWhatTestsNeed) {
  const TemporaryFolder root = std::move(TemporaryFolder::make("test").value());
  const std::string& path = root.path();
  ASSERT_TRUE(write_bytes(path + "/run.sh", "#!/bin/sh\n"));
  std::filesystem::permissions(path + "/run.sh", std::filesystem::perms(0755));
  ASSERT_TRUE(write_bytes(path + "/.git/HEAD", "x"));
  ASSERT_TRUE(write_bytes(path + "/a/__pycache__/m.pyc", "x"));
  ASSERT_TRUE(write_bytes(path + "/a/.hidden", std::string("\0\xff", 2)));
  ASSERT_TRUE(write_bytes(path + "/venv/pyvenv.cfg", "x"));
  std::filesystem::create_directory_symlink("..", path + "/a/loop");
  // The copy lies inside the tree: it must not copy itself.
  ::setenv("TMPDIR", path.c_str(), 1);
  const auto copy = copy_tree(path);
  ::unsetenv("TMPDIR");
  ASSERT_TRUE(copy) << copy.error().message;
  const std::string& to = copy.value().path();
  EXPECT_EQ(::access((to + "/run.sh").c_str(), X_OK), 0);
  EXPECT_EQ(read_bytes(to + "/a/.hidden").value(), std::string("\0\xff", 2));
  EXPECT_TRUE(std::filesystem::is_symlink(to + "/a/loop"));
  EXPECT_TRUE(std::filesystem::is_symlink(to + "/venv"));
  EXPECT_FALSE(std::filesystem::exists(to + "/.git"));
  EXPECT_FALSE(std::filesystem::exists(to + "/a/__pycache__"));
  EXPECT_FALSE(std::filesystem::exists(to + to.substr(path.size())));
  EXPECT_FALSE(copy_tree(path + "/none"));
}

}  // namespace
}  // namespace gp::tracker
