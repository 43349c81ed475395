#include "adapters/agent_http/openai_stream.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/codes.h"

namespace gp::agent_http {
namespace {

using agent::Ended;
using agent::Failed;
using agent::Text;
using agent::Thinking;
using agent::ToolArguments;
using agent::ToolFinished;
using agent::ToolStarted;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string shown(const agent::AgentEvent& event) {
  if (const auto* e = std::get_if<Thinking>(&event)) return "think " + e->part_id + " " + e->delta;
  if (const auto* e = std::get_if<Text>(&event)) return "text " + e->part_id + " " + e->delta;
  if (const auto* e = std::get_if<ToolArguments>(&event))
    return fmt::format("args {} {} {}", e->tool_call_id, e->tool_name, e->delta);
  if (const auto* e = std::get_if<ToolStarted>(&event))
    return fmt::format("start {} {} {}", e->tool_call_id, e->tool_name, e->arguments_json);
  if (const auto* e = std::get_if<ToolFinished>(&event))
    return fmt::format("{} {}", e->success ? "done" : "failed", e->tool_call_id);
  return "custom";
}

struct OpenAiStreamTest : ::testing::Test {
  std::vector<std::string> say(std::string_view data) {
    OpenAiStream::Events events;
    stream.accept(data, events);
    return show(events);
  }
  std::vector<std::string> delta(std::string_view json) {
    return say(fmt::format(R"({{"choices":[{{"index":0,"delta":{}}}]}})", json));
  }
  std::vector<std::string> finish(std::string_view reason) {
    return say(
        fmt::format(R"({{"choices":[{{"index":0,"delta":{{}},"finish_reason":"{}"}}]}})", reason));
  }
  std::vector<std::string> close() {
    OpenAiStream::Events events;
    stream.end_of_stream(events);
    return show(events);
  }
  static std::vector<std::string> show(const OpenAiStream::Events& events) {
    std::vector<std::string> out;
    for (const auto& event : events) out.push_back(shown(event));
    return out;
  }
  const Ended* ended() const {
    return stream.ended() ? std::get_if<Ended>(&*stream.ended()) : nullptr;
  }
  const Failed* failed() const {
    return stream.ended() ? std::get_if<Failed>(&*stream.ended()) : nullptr;
  }

  protocol::JsonParser parser;
  OpenAiStream stream{parser};
};

TEST_F(OpenAiStreamTest, ContentBecomesTextOfOnePart) {
  EXPECT_THAT(delta(R"({"role":"assistant","content":""})"), IsEmpty());
  EXPECT_THAT(delta(R"({"content":"Hel"})"), ElementsAre("text p1 Hel"));
  EXPECT_THAT(delta(R"({"content":"lo"})"), ElementsAre("text p1 lo"));
  EXPECT_THAT(finish("stop"), IsEmpty());
  EXPECT_THAT(say(R"({"choices":[],"usage":{"total_tokens":3}})"), IsEmpty());
  EXPECT_FALSE(stream.ended());
  say("[DONE]");
  ASSERT_NE(ended(), nullptr);
  EXPECT_EQ(ended()->finish_reason, "stop");
  EXPECT_EQ(ended()->usage_json, R"({"total_tokens":3})");
  EXPECT_THAT(delta(R"({"content":"late"})"), IsEmpty());
}

TEST_F(OpenAiStreamTest, BothNamesOfReasoningAreThinkingAndKindsArePartsOfTheirOwn) {
  EXPECT_THAT(delta(R"({"reasoning_content":"a"})"), ElementsAre("think p1 a"));
  EXPECT_THAT(delta(R"({"reasoning":"b","content":null})"), ElementsAre("think p1 b"));
  EXPECT_THAT(delta(R"({"reasoning_content":"c","reasoning":"c"})"), ElementsAre("think p1 c"));
  EXPECT_THAT(delta(R"({"content":"d"})"), ElementsAre("text p2 d"));
  EXPECT_THAT(delta(R"({"refusal":"no"})"), ElementsAre("text p2 no"));
  EXPECT_THAT(delta(R"({"reasoning":"e"})"), ElementsAre("think p3 e"));
}

TEST_F(OpenAiStreamTest, ContentPartsAreJoined) {
  EXPECT_THAT(delta(R"({"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})"),
              ElementsAre("text p1 ab"));
}

TEST_F(OpenAiStreamTest, OtherChoicesAreIgnored) {
  EXPECT_THAT(say(R"({"choices":[{"index":1,"delta":{"content":"x"},"finish_reason":"stop"}]})"),
              IsEmpty());
  EXPECT_FALSE(stream.has_finish_reason());
}

TEST_F(OpenAiStreamTest, ToolCallsAccumulateByIndexAndAreAnsweredAtTheEnd) {
  EXPECT_THAT(delta(R"({"tool_calls":[{"index":0,"id":"a","type":"function",)"
                    R"("function":{"name":"f","arguments":""}}]})"),
              IsEmpty());
  EXPECT_THAT(delta(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]})"),
              ElementsAre(R"(args a f {"x")"));
  EXPECT_THAT(
      delta(R"({"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}},)"
            R"({"index":0,"function":{"arguments":":1}"}}]})"),
      ElementsAre("args b g {}", "args a f :1}"));
  EXPECT_THAT(finish("tool_calls"),
              ElementsAre(R"(start a f {"x":1})", "failed a", "start b g {}", "failed b"));
  EXPECT_THAT(close(), IsEmpty());
  ASSERT_NE(ended(), nullptr);
  EXPECT_EQ(ended()->finish_reason, "tool_calls");
}

TEST_F(OpenAiStreamTest, ArgumentsWaitForTheNameAndAMissingIdIsMade) {
  EXPECT_THAT(delta(R"({"tool_calls":[{"index":0,"function":{"arguments":"{"}}]})"), IsEmpty());
  EXPECT_THAT(delta(R"({"tool_calls":[{"index":0,"function":{"name":"f","arguments":"}"}}]})"),
              ElementsAre("args call_1 f {}"));
}

TEST_F(OpenAiStreamTest, CallsWithoutIndexOrWithOneIndexForAllAreKeptApart) {
  delta(R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"1"}}]})");
  delta(R"({"tool_calls":[{"id":"b","function":{"name":"g","arguments":"2"}}]})");
  EXPECT_THAT(delta(R"({"tool_calls":[{"function":{"arguments":"3"}}]})"),
              ElementsAre("args b g 3"));
  EXPECT_THAT(
      delta(R"({"tool_calls":[{"index":1,"id":"c","function":{"name":"h","arguments":"4"}}]})"),
      ElementsAre("args c h 4"));
  EXPECT_THAT(finish("stop"), ElementsAre("start a f 1", "failed a", "start b g 23", "failed b",
                                          "start c h 4", "failed c"));
}

TEST_F(OpenAiStreamTest, ArgumentsMayBeAnObject) {
  EXPECT_THAT(
      delta(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":{"x":1}}}]})"),
      ElementsAre(R"(args a f {"x":1})"));
}

TEST_F(OpenAiStreamTest, TheEndWithoutAFinishReasonIsADisconnection) {
  delta(R"({"content":"half"})");
  close();
  ASSERT_NE(failed(), nullptr);
  EXPECT_EQ(failed()->code, Code::agent_disconnected);
}

TEST_F(OpenAiStreamTest, DoneWithoutAFinishReasonIsADisconnectionToo) {
  say("[DONE]");
  ASSERT_NE(failed(), nullptr);
  EXPECT_EQ(failed()->code, Code::agent_disconnected);
}

TEST_F(OpenAiStreamTest, DoneIsOptional) {
  delta(R"({"content":"x"})");
  finish("length");
  EXPECT_TRUE(stream.has_finish_reason());
  close();
  ASSERT_NE(ended(), nullptr);
  EXPECT_EQ(ended()->finish_reason, "length");
}

TEST_F(OpenAiStreamTest, AnErrorInTheStreamIsTheAgentsFailure) {
  say(R"({"error":{"message":"out of memory","type":"server_error"}})");
  ASSERT_NE(failed(), nullptr);
  EXPECT_EQ(failed()->code, Code::agent_failed);
  EXPECT_EQ(failed()->message, "out of memory");
}

TEST_F(OpenAiStreamTest, ErrorsComeInOtherShapesToo) {
  for (const char* data : {R"({"error":"bad"})", R"({"object":"error","message":"bad"})"}) {
    OpenAiStream other(parser);
    OpenAiStream::Events events;
    other.accept(data, events);
    ASSERT_TRUE(other.ended()) << data;
    EXPECT_EQ(std::get<Failed>(*other.ended()).message, "bad");
  }
  EXPECT_THAT(say(R"({"error":null,"choices":[{"index":0,"delta":{"content":"x"}}]})"),
              ElementsAre("text p1 x"));
}

TEST_F(OpenAiStreamTest, NonsenseIsAProtocolFailure) {
  for (const char* data : {"{", "[1]", R"({"choices":{}})", R"({"choices":[1]})",
                           R"({"choices":[{"delta":{"content":5}}]})",
                           R"({"choices":[{"delta":{"tool_calls":5}}]})"}) {
    OpenAiStream other(parser);
    OpenAiStream::Events events;
    other.accept(data, events);
    ASSERT_TRUE(other.ended()) << data;
    EXPECT_EQ(std::get<Failed>(*other.ended()).code, Code::agent_protocol) << data;
  }
}

TEST_F(OpenAiStreamTest, BrokenCharactersAreReplacedNotFatal) {
  EXPECT_THAT(delta("{\"content\":\"a\xE2\x82z\"}"), ElementsAre("text p1 a\xEF\xBF\xBDz"));
}

TEST_F(OpenAiStreamTest, AWholeAnswerIsReadLikeAStream) {
  EXPECT_THAT(
      say(R"({"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",)"
          R"("reasoning_content":"hm","content":"hi"},"finish_reason":"stop"}],"usage":{"n":1}})"),
      ElementsAre("think p1 hm", "text p2 hi"));
  close();
  ASSERT_NE(ended(), nullptr);
  EXPECT_EQ(ended()->usage_json, R"({"n":1})");
}

TEST_F(OpenAiStreamTest, TooManyToolCallsOrArgumentsAreRefused) {
  OpenAiStream small(parser, OpenAiStreamLimits{.tool_calls_max = 1, .arguments_bytes_max = 4});
  OpenAiStream::Events events;
  small.accept(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a",)"
               R"("function":{"name":"f","arguments":"12345"}}]}}]})",
               events);
  ASSERT_TRUE(small.ended());
  EXPECT_THAT(std::get<Failed>(*small.ended()).message, HasSubstr("more than 4"));
  OpenAiStream few(parser, OpenAiStreamLimits{.tool_calls_max = 1, .arguments_bytes_max = 4});
  few.accept(
      R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a"},{"index":1,"id":"b"}]}}]})",
      events);
  ASSERT_TRUE(few.ended());
}

TEST(OpenAiErrorText, FindsTheMessageOrCutsTheBody) {
  protocol::JsonParser parser;
  EXPECT_EQ(openai_error_text(parser, R"({"error":{"message":"no such model"}})"), "no such model");
  EXPECT_EQ(openai_error_text(parser, R"({"detail":"Not Found"})"), "Not Found");
  EXPECT_EQ(openai_error_text(parser, "<html>"), "<html>");
  EXPECT_EQ(openai_error_text(parser, std::string(9000, 'x')).size(), 500u);
}

}  // namespace
}  // namespace gp::agent_http
