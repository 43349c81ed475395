#include "agent/script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/codes.h"

namespace gp::agent {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string answer(const Script& script) {
  std::string text;
  for (std::uint64_t i = 0; i < script.size(); ++i) {
    const Script::Step step = script.step(i);
    const auto* event = std::get_if<AgentEvent>(&step);
    if (event == nullptr) continue;
    if (const auto* said = std::get_if<Text>(event)) text += said->delta;
  }
  return text;
}

AgentEnd end_of(const Script& script) { return std::get<AgentEnd>(script.step(script.size() - 1)); }

TEST(Script, HasThinkingAToolAndAnAnswerByDefault) {
  const Script script("what is love");
  ASSERT_EQ(script.size(), 3u + 2 + 40 + 1);
  EXPECT_TRUE(std::holds_alternative<Thinking>(std::get<AgentEvent>(script.step(0))));
  const auto started = std::get<ToolStarted>(std::get<AgentEvent>(script.step(3)));
  EXPECT_EQ(started.tool_name, "word_count");
  EXPECT_EQ(started.arguments_json, R"({"text":"what is love"})");
  const auto finished = std::get<ToolFinished>(std::get<AgentEvent>(script.step(4)));
  EXPECT_EQ(finished.tool_call_id, started.tool_call_id);
  EXPECT_EQ(finished.result_json, R"({"words":3,"characters":12})");
  EXPECT_THAT(answer(script), StartsWith("This is the scripted agent. It repeats what you wrote: "
                                         "what is love what is"));
  EXPECT_EQ(std::get<Ended>(end_of(script)).usage_json,
            R"({"prompt_tokens":3,"completion_tokens":40,"total_tokens":43})");
}

TEST(Script, ReadsItsOptionsFromTheMessage) {
  const Script script("tokens=12 hello rate=1000 thinking=0 tool=0");
  EXPECT_EQ(script.size(), 13u);
  EXPECT_EQ(answer(script), "This is the scripted agent. It repeats what you wrote: hello hello");
  EXPECT_EQ(std::get<Text>(std::get<AgentEvent>(script.step(0))).part_id, "p1");
}

TEST(Script, MovesValuesIntoTheirRangeAndTakesNonsenseAsText) {
  EXPECT_EQ(Script("tokens=0").options().tokens, 1u);
  EXPECT_EQ(Script("tokens=99999999999999999999999").options().tokens, 100'000u);
  EXPECT_EQ(Script("rate=1e9").options().rate, 1e6);
  EXPECT_EQ(Script("rate=-1").options().rate, 50);
  EXPECT_EQ(Script("rate=nan").options().rate, 50);
  EXPECT_THAT(answer(Script("tokens=many")), HasSubstr("tokens=many"));
}

TEST(Script, HangsOnlyWhenToldToOutsideASentence) {
  EXPECT_EQ(Script("tokens=2 hang tool=0 thinking=0").size(), 2u);
  EXPECT_EQ(Script("hang=1 tokens=2 tool=0 thinking=0 please").size(), 2u);
  EXPECT_EQ(Script("how do I hang a picture").options().ending, ScriptOptions::Ending::kEnds);
}

TEST(Script, FailsAndDisconnectsWhereTold) {
  const Script fails("fail=3 thinking=0 tool=0");
  EXPECT_EQ(fails.size(), 4u);
  EXPECT_EQ(std::get<Failed>(end_of(fails)).code, Code::agent_failed);
  EXPECT_EQ(std::get<Failed>(end_of(Script("cut=0"))).code, Code::agent_disconnected);
  EXPECT_TRUE(std::holds_alternative<Ended>(end_of(Script("fail=41"))));
}

TEST(Script, IsDueInOrderAtItsRate) {
  const Script script("rate=100 thinking=2 tokens=3");
  const std::vector<std::int64_t> expected = {10, 20, 20, 50, 60, 70, 80, 80};
  ASSERT_EQ(script.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(script.due(i), milliseconds(expected[i])) << i;
  const Script fast("rate=0");
  EXPECT_EQ(fast.due(fast.size() - 1), Duration::zero());
}

TEST(Script, RepeatsNoMoreThanItsLimits) {
  const std::string word(1'000'000, 'x');
  const Script script(word + " tokens=11 thinking=0");
  EXPECT_LT(answer(script).size(), 200u);
  const auto started = std::get<ToolStarted>(std::get<AgentEvent>(script.step(0)));
  EXPECT_LT(started.arguments_json.size(), kToolTextBytesMax + 20);
  const auto finished = std::get<ToolFinished>(std::get<AgentEvent>(script.step(1)));
  EXPECT_EQ(finished.result_json, R"({"words":1,"characters":1000000})");
}

TEST(Script, AnswersAnEmptyMessage) { EXPECT_THAT(answer(Script("")), HasSubstr("(nothing)")); }

}  // namespace
}  // namespace gp::agent
