#include "adapters/agent_http/openai_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/agent_http/loopback_server.h"
#include "agent/contract_test_suite.h"
#include "protocol/codes.h"
#include "runtime/asio_core.h"

namespace gp::agent_http {
namespace {

using agent::contract::Behaviour;
using agent::contract::make_request;
using agent::contract::RecordingSink;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using After = LoopbackReply::After;

std::string frame(std::string_view json) { return "data: " + std::string(json) + "\n\n"; }
std::string delta(std::string_view text) {
  return frame(R"({"choices":[{"index":0,"delta":{"content":")" + std::string(text) + R"("}}]})");
}
std::string finish(std::string_view reason = "stop") {
  return frame(R"({"choices":[{"index":0,"delta":{},"finish_reason":")" + std::string(reason) +
               R"("}]})");
}
const std::string kDone = "data: [DONE]\n\n";
const std::string kUsage = frame(R"({"choices":[],"usage":{"total_tokens":9}})");

LoopbackReply stream(const std::vector<std::string>& frames, After after = After::kKeepAlive) {
  LoopbackReply reply;
  reply.after = after;
  reply.pieces.push_back(http_head("200 OK", "text/event-stream; charset=utf-8"));
  for (const std::string& frame : frames) reply.pieces.push_back(http_chunk(frame));
  if (after == After::kKeepAlive) reply.pieces.push_back(http_chunk(""));
  return reply;
}

LoopbackReply plain(std::string_view status, std::string_view type, const std::string& body) {
  return {{"HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + std::string(type) +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body}};
}

std::vector<std::string> bytes_of(const std::string& text) {
  std::vector<std::string> out;
  for (const char byte : text) out.emplace_back(1, byte);
  return out;
}

struct OpenAiRig {
  OpenAiRig() { make_agent(OpenAiConfig{.url = server.url()}); }

  void make_agent(OpenAiConfig config) {
    auto made = OpenAiAgent::create(std::move(config), loop);
    ASSERT_TRUE(made);
    openai = std::move(made).value();
  }
  agent::Agent& agent() { return *openai; }
  agent::AgentRequest request(Behaviour behaviour) {
    switch (behaviour) {
      case Behaviour::kCompletes: return make_request("completes");
      case Behaviour::kFails: return make_request("fails");
      case Behaviour::kDisconnects: return make_request("disconnects");
      case Behaviour::kNeverEnds: return make_request("never ends");
    }
    return make_request("");
  }
  static LoopbackReply respond_by_name(const std::string& request) {
    const auto asked = [&](std::string_view name) {
      return request.ends_with("\"" + std::string(name) + "\"}]}");
    };
    if (asked("fails"))
      return stream({delta("a"), frame(R"({"error":{"message":"out of memory"}})")});
    if (asked("disconnects")) return stream({delta("a"), delta("b")}, After::kClose);
    if (asked("never ends")) return stream({delta("a")}, After::kHold);
    std::vector<std::string> frames;
    for (int i = 0; i < 30; ++i)
      frames.push_back(": " + std::string(2000, '.') + "\n" + delta("word" + std::to_string(i)));
    frames.push_back(finish());
    frames.push_back(kDone);
    return stream(frames);
  }
  template <class F>
  bool run_until(F condition) {
    for (int i = 0; i < 20'000 && !condition(); ++i) core.io().run_one_for(milliseconds(1));
    return condition();
  }
  void settle() { core.io().run_for(milliseconds(20)); }

  UniqueFunction<LoopbackReply(const std::string&)> respond = &respond_by_name;
  runtime::AsioCore core;
  LoopbackServer server{core.io(), [this](const std::string& request) { return respond(request); }};
  CurlLoop loop{core};
  std::unique_ptr<OpenAiAgent> openai;
};

struct OpenAiAgentTest : ::testing::Test {
  void run(LoopbackReply reply, agent::AgentRequest request = make_request("hello")) {
    rig.respond = [&](const std::string&) { return reply; };
    execution = rig.agent().start(std::move(request), sink);
    sink.may_be_called = true;
    ASSERT_TRUE(rig.run_until([&] { return sink.end.has_value(); }));
  }
  void expect_failure(Code code, std::string_view words) {
    ASSERT_NE(sink.failed(), nullptr);
    EXPECT_EQ(protocol::info(sink.failed()->code).name, protocol::info(code).name);
    EXPECT_THAT(sink.failed()->message, HasSubstr(std::string(words)));
  }

  OpenAiRig rig;
  RecordingSink sink;
  std::unique_ptr<agent::AgentExecution> execution;
};

TEST_F(OpenAiAgentTest, StreamsAnAnswerInsideTurns) {
  sink.then = [&] { EXPECT_TRUE(rig.core.in_turn()); };
  run(stream({delta("Hel"), delta("lo"), finish(), kUsage, kDone}));
  ASSERT_NE(sink.ended(), nullptr);
  EXPECT_EQ(sink.text, "Hello");
  EXPECT_EQ(sink.ended()->finish_reason, "stop");
  EXPECT_EQ(sink.ended()->usage_json, R"({"total_tokens":9})");
}

TEST_F(OpenAiAgentTest, SendsModelKeyHistoryAndMessage) {
  rig.make_agent(OpenAiConfig{.url = rig.server.url() + "/", .model = "m", .api_key = "secret"});
  agent::AgentRequest request = make_request("and \"now\"?");
  request.history = {{agent::HistoryMessage::Role::kUser, "hi"},
                     {agent::HistoryMessage::Role::kAssistant, "yes"}};
  run(stream({finish()}), std::move(request));
  ASSERT_EQ(rig.server.requests.size(), 1u);
  const std::string& sent = rig.server.requests[0];
  EXPECT_THAT(sent, HasSubstr("POST /v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_THAT(sent, HasSubstr("Authorization: Bearer secret\r\n"));
  EXPECT_THAT(sent, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(sent,
              HasSubstr(R"({"model":"m","stream":true,"stream_options":{"include_usage":true},)"
                        R"("messages":[{"role":"user","content":"hi"},)"
                        R"({"role":"assistant","content":"yes"},)"
                        R"({"role":"user","content":"and \"now\"?"}]})"));
}

TEST_F(OpenAiAgentTest, ReadsCarriageReturnsAndCommentsByteByByte) {
  std::string body =
      ": hello\r\n\r\ndata: "
      "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\xE2\x82\xAC\"}}]}\r\n\r\n"
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\r\n\r\n"
      "data: [DONE]\r\n\r\n";
  LoopbackReply reply;
  reply.pieces = bytes_of("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n\r\n" + body);
  run(std::move(reply));
  EXPECT_NE(sink.ended(), nullptr);
  EXPECT_EQ(sink.text, "\xE2\x82\xAC");
}

TEST_F(OpenAiAgentTest, DeliversReasoningAndTools) {
  run(stream({frame(R"({"choices":[{"index":0,"delta":{"reasoning":"hm"}}]})"),
              frame(R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1",)"
                    R"("function":{"name":"f","arguments":"{}"}}]}}]})"),
              finish("tool_calls"), kDone}));
  ASSERT_EQ(sink.events.size(), 4u);
  EXPECT_TRUE(std::holds_alternative<agent::Thinking>(sink.events[0]));
  EXPECT_TRUE(std::holds_alternative<agent::ToolArguments>(sink.events[1]));
  EXPECT_EQ(std::get<agent::ToolStarted>(sink.events[2]).arguments_json, "{}");
  EXPECT_FALSE(std::get<agent::ToolFinished>(sink.events[3]).success);
  ASSERT_NE(sink.ended(), nullptr);
  EXPECT_EQ(sink.ended()->finish_reason, "tool_calls");
}

TEST_F(OpenAiAgentTest, NeedsNoDone) {
  run(stream({delta("x"), finish("length")}));
  ASSERT_NE(sink.ended(), nullptr);
  EXPECT_EQ(sink.ended()->finish_reason, "length");
}

TEST_F(OpenAiAgentTest, EndsSoonAfterDoneThoughTheServerHoldsTheConnection) {
  run(stream({delta("x"), finish(), kDone}, After::kHold));
  EXPECT_NE(sink.ended(), nullptr);
  EXPECT_TRUE(rig.run_until([&] { return rig.server.closed_by_peer == 1; }));
}

TEST_F(OpenAiAgentTest, AResetAfterTheFinishReasonFailsNothing) {
  run(stream({delta("x"), finish()}, After::kReset));
  EXPECT_NE(sink.ended(), nullptr);
}

TEST_F(OpenAiAgentTest, ACutStreamIsADisconnectionAfterItsTokens) {
  run(stream({delta("a"), delta("b")}, After::kClose));
  expect_failure(Code::agent_disconnected, "broke");
  EXPECT_EQ(sink.text, "ab");
}

TEST_F(OpenAiAgentTest, ACleanEndWithoutAFinishReasonIsADisconnection) {
  run(stream({delta("a"), delta("b")}));
  expect_failure(Code::agent_disconnected, "without a finish_reason");
  EXPECT_EQ(sink.text, "ab");
}

TEST_F(OpenAiAgentTest, ABodyEndedByTheConnectionsEndIsReadLikeAnyOther) {
  run({{"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n",
        delta("a"), finish()},
       After::kClose});
  EXPECT_NE(sink.ended(), nullptr);
}

TEST_F(OpenAiAgentTest, AnErrorInTheStreamIsTheAgentsFailure) {
  run(stream({delta("a"), frame(R"({"error":{"message":"out of memory"}})")}, After::kHold));
  expect_failure(Code::agent_failed, "out of memory");
  EXPECT_EQ(sink.text, "a");
}

TEST_F(OpenAiAgentTest, NonsenseInTheStreamIsAProtocolFailure) {
  run(stream({delta("a"), frame("{nonsense")}, After::kHold));
  expect_failure(Code::agent_protocol, "JSON");
  EXPECT_EQ(sink.text, "a");
}

TEST_F(OpenAiAgentTest, AnErrorStatusIsTheAgentsFailureWithItsWords) {
  run(plain("404 Not Found", "application/json", R"({"error":{"message":"no such model"}})"));
  expect_failure(Code::agent_failed, "the agent answered 404: no such model");
}

TEST_F(OpenAiAgentTest, ARedirectIsNotFollowed) {
  run({{"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"}});
  expect_failure(Code::agent_failed, "the agent answered 302");
}

TEST_F(OpenAiAgentTest, TakesAWholeJsonAnswer) {
  run(plain("200 OK", "Application/JSON; charset=utf-8",
            R"({"choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"stop"}]})"));
  EXPECT_NE(sink.ended(), nullptr);
  EXPECT_EQ(sink.text, "hi");
}

TEST_F(OpenAiAgentTest, RefusesAWebPage) {
  run(plain("200 OK", "text/html", "<html>"));
  expect_failure(Code::agent_protocol, "is its url right?");
}

TEST_F(OpenAiAgentTest, RefusesWhatIsNotHttp) {
  run({{"SSH-2.0-OpenSSH_9.2\r\n"}, After::kClose});
  expect_failure(Code::agent_protocol, "HTTP");
}

TEST_F(OpenAiAgentTest, RefusesAnEndlessHead) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 100; ++i)
    head += "X-" + std::to_string(i) + ": " + std::string(1000, 'x') + "\r\n";
  run({{head}, After::kHold});
  expect_failure(Code::agent_protocol, "64KiB");
}

TEST_F(OpenAiAgentTest, RefusesAnEndlessBody) {
  rig.make_agent(
      OpenAiConfig{.url = rig.server.url(),
                   .limits = HttpLimits{.head_bytes_max = kKiB, .body_bytes_max = kKiB}});
  run(stream({delta("a"), ": " + std::string(5000, '.')}, After::kHold));
  expect_failure(Code::output_too_large, "1KiB");
  EXPECT_EQ(sink.text, "a");
}

TEST_F(OpenAiAgentTest, NoServerIsUnreachable) {
  std::string url;
  {
    LoopbackServer gone(rig.core.io(), [](const std::string&) { return LoopbackReply{}; });
    url = gone.url();
  }
  rig.make_agent(OpenAiConfig{.url = url});
  run({});
  expect_failure(Code::agent_unreachable, "no connection to the agent");
  EXPECT_THAT(sink.failed()->message, ::testing::Not(HasSubstr("127.0.0.1")));
}

TEST_F(OpenAiAgentTest, AConnectionClosedWithoutAnAnswerIsADisconnection) {
  run({{}, After::kClose});
  expect_failure(Code::agent_disconnected, "");
}

TEST_F(OpenAiAgentTest, SilenceIsATimeoutAfterItsTokens) {
  OpenAiConfig config{.url = rig.server.url()};
  config.timeouts.idle = milliseconds(50);
  rig.make_agent(config);
  run(stream({delta("a")}, After::kHold));
  expect_failure(Code::agent_timeout, "sent nothing for 0.05 s");
  EXPECT_EQ(sink.text, "a");
  EXPECT_TRUE(rig.run_until([&] { return rig.server.closed_by_peer == 1; }));
}

TEST_F(OpenAiAgentTest, NoAnswerInTheWholeTimeIsATimeout) {
  OpenAiConfig config{.url = rig.server.url()};
  config.timeouts.total = milliseconds(50);
  rig.make_agent(config);
  run(stream({}, After::kHold));
  expect_failure(Code::agent_timeout, "took longer than 0.05 s");
}

TEST_F(OpenAiAgentTest, WhilePausedSilenceIsNoTimeout) {
  OpenAiConfig config{.url = rig.server.url()};
  config.timeouts.idle = milliseconds(10);
  rig.make_agent(config);
  rig.respond = [](const std::string&) { return stream({delta("a"), finish(), kDone}); };
  execution = rig.agent().start(make_request("hello"), sink);
  sink.may_be_called = true;
  execution->pause();
  rig.core.io().run_for(milliseconds(40));
  EXPECT_FALSE(sink.end);
}

TEST_F(OpenAiAgentTest, StoppingClosesTheUpstreamConnection) {
  rig.respond = [](const std::string&) { return stream({delta("a")}, After::kHold); };
  execution = rig.agent().start(make_request("hello"), sink);
  sink.may_be_called = true;
  ASSERT_TRUE(rig.run_until([&] { return !sink.text.empty(); }));
  EXPECT_EQ(rig.server.closed_by_peer, 0u);
  execution.reset();
  EXPECT_TRUE(rig.run_until([&] { return rig.server.closed_by_peer == 1; }));
}

TEST_F(OpenAiAgentTest, StoppingBeforeTheFirstByteClosesItToo) {
  rig.respond = [](const std::string&) { return LoopbackReply{{}, After::kHold}; };
  execution = rig.agent().start(make_request("hello"), sink);
  ASSERT_TRUE(rig.run_until([&] { return rig.server.requests.size() == 1; }));
  execution.reset();
  EXPECT_TRUE(rig.run_until([&] { return rig.server.closed_by_peer == 1; }));
}

TEST_F(OpenAiAgentTest, ReusesItsConnectionAndOutlivesItsLoss) {
  for (int i = 0; i < 3; ++i) {
    sink.end.reset();
    run(stream({delta("a"), finish(), kDone}));
    EXPECT_NE(sink.ended(), nullptr);
  }
  EXPECT_EQ(rig.server.connections(), 1u);
  sink.end.reset();
  LoopbackReply closing = stream({delta("a"), finish(), kDone});
  closing.after = After::kClose;
  run(closing);
  sink.end.reset();
  rig.settle();
  run(stream({delta("a"), finish(), kDone}));
  EXPECT_NE(sink.ended(), nullptr);
  EXPECT_EQ(rig.server.connections(), 2u);
}

TEST_F(OpenAiAgentTest, APausedReaderHoldsBackTheServer) {
  const std::string comment = ": " + std::string(60'000, '.') + "\n";
  std::vector<std::string> frames(1000, comment);
  frames.push_back(delta("end"));
  frames.push_back(finish());
  rig.respond = [&](const std::string&) { return stream(frames); };
  execution = rig.agent().start(make_request("hello"), sink);
  sink.may_be_called = true;
  ASSERT_TRUE(rig.run_until([&] { return rig.server.requests.size() == 1; }));
  execution->pause();
  rig.core.io().run_for(milliseconds(100));
  EXPECT_TRUE(sink.events.empty());
  EXPECT_LT(rig.server.pieces_written, frames.size());
  execution->resume();
  ASSERT_TRUE(rig.run_until([&] { return sink.end.has_value(); }));
  EXPECT_NE(sink.ended(), nullptr) << sink.failed()->message;
  EXPECT_EQ(sink.text, "end");
}

TEST(OpenAiAgentCreate, RefusesWhatItCannotCall) {
  runtime::AsioCore core;
  CurlLoop loop(core);
  for (const char* url :
       {"", "ftp://a/v1", "file:///etc/passwd", "127.0.0.1:80", "http://",
        "http://user:word@host/v1", "http://host/v1?x=1", "http://host/\r\nX: 1"}) {
    const auto made = OpenAiAgent::create(OpenAiConfig{.url = url}, loop);
    ASSERT_FALSE(made) << url;
    EXPECT_EQ(made.error().code, Code::bad_request);
  }
  EXPECT_FALSE(OpenAiAgent::create(OpenAiConfig{.url = "http://a", .api_key = "x\r\nY: 1"}, loop));
  EXPECT_TRUE(OpenAiAgent::create(OpenAiConfig{.url = "https://api.example.com/v1"}, loop));
}

}  // namespace
}  // namespace gp::agent_http

namespace gp::agent::contract {
INSTANTIATE_TYPED_TEST_SUITE_P(OpenAi, AgentContract, agent_http::OpenAiRig);
}  // namespace gp::agent::contract
