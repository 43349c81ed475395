#include "config/agent_settings.h"

#include <gtest/gtest.h>

namespace gp::config {
namespace {

std::string problem_of(std::string_view argument) {
  const auto agent = parse_agent_argument(argument);
  return agent.has_value() ? "accepted" : agent.error().message;
}

TEST(AgentArgument, ReadsNameKindUrlAndModel) {
  EXPECT_EQ(parse_agent_argument("default=scripted").value(),
            (AgentSettings{.name = "default", .kind = AgentKind::kScripted}));
  EXPECT_EQ(parse_agent_argument("gpt=openai:https://api.example/v1/#org/llama3:8b").value(),
            (AgentSettings{.name = "gpt",
                           .kind = AgentKind::kOpenai,
                           .url = "https://api.example/v1",
                           .model = "org/llama3:8b"}));
  EXPECT_EQ(parse_agent_argument("local=openai:http://[::1]:11434/v1").value().url,
            "http://[::1]:11434/v1");
  EXPECT_EQ(parse_agent_argument("local=openai:http://127.0.0.1:11434").value().model, "");
}

TEST(AgentArgument, RefusesWhatIsNoAgentWithASentence) {
  EXPECT_NE(problem_of("gpt").find("NAME=KIND[:URL][#MODEL]"), std::string::npos);
  EXPECT_NE(problem_of("=scripted").find("agent name"), std::string::npos);
  EXPECT_NE(problem_of("a b=scripted").find("agent name"), std::string::npos);
  EXPECT_NE(problem_of(std::string(65, 'a') + "=scripted").find("agent name"), std::string::npos);
  EXPECT_EQ(
      problem_of("gpt=opnai:http://x"),
      "agent gpt: unknown kind \"opnai\"; did you mean \"openai\"?; kinds are scripted and openai");
  EXPECT_NE(problem_of("gpt=").find("unknown kind"), std::string::npos);
  EXPECT_NE(problem_of("gpt=openai").find("needs a url"), std::string::npos);
  EXPECT_NE(problem_of("s=scripted:http://x").find("takes no url"), std::string::npos);
}

TEST(AgentArgument, RefusesBadUrls) {
  for (const std::string_view url :
       {"x", "ftp://x/", "http://", "http:///v1", "https://a b/", "http://x:0", "http://x:65536",
        "http://x:", "http://x:y", "http://[::1", "http://[]", "http://[::1]x", "http://x?q=1",
        "http://b\xc3\xbc", "http://a/\x01", "HTTP://x", "http://a\"b"})
    EXPECT_NE(problem_of("gpt=openai:" + std::string(url)).find("its url"), std::string::npos)
        << url;
}

TEST(AgentArgument, DoesNotShowAPasswordInAUrl) {
  const std::string problem = problem_of("gpt=openai:https://me:hunter2@api.example/v1");
  EXPECT_NE(problem.find("api_key_file"), std::string::npos);
  EXPECT_EQ(problem.find("hunter2"), std::string::npos);
}

TEST(DefaultAgents, AreOneScriptedAgent) {
  ASSERT_EQ(default_agents().size(), 1U);
  EXPECT_EQ(default_agents()[0].name, "default");
  EXPECT_EQ(default_agents()[0].kind, AgentKind::kScripted);
}

}  // namespace
}  // namespace gp::config
