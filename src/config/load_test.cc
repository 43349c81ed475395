#include "config/load.h"

#include <gtest/gtest.h>

#include "config/setting_table.h"

namespace gp::config {
namespace {

using namespace std::chrono_literals;

Result<LoadedSettings> load_file(std::string text) { return load({.file_text = std::move(text)}); }

std::string problem_of(const Inputs& inputs) {
  const auto loaded = load(inputs);
  return loaded.has_value() ? "accepted" : loaded.error().message;
}
std::string problem_of_file(std::string text) { return problem_of({.file_text = std::move(text)}); }
std::string problem_of_variable(std::string name, std::string value) {
  return problem_of({.environment = {{std::move(name), std::move(value)}}});
}

TEST(LoadDefaults, AreTheDocumentedOnes) {
  const auto loaded = load({}).value();
  const Settings& settings = loaded.settings();
  EXPECT_EQ(settings, default_settings());
  EXPECT_EQ(settings.server.listen, (ListenAddress{"127.0.0.1", 8080}));
  EXPECT_EQ(settings.server.cores, 0U);
  EXPECT_EQ(settings.server.web_dir, "");
  EXPECT_EQ(settings.server.drain_timeout, 30s);
  EXPECT_TRUE(settings.server.allowed_origins.empty());
  EXPECT_EQ(settings.store.data_dir, "./goldenpath-data");
  EXPECT_EQ(settings.store.commit_interval, 500ms);
  EXPECT_EQ(settings.store.commit_bytes, 8U * 1024U * 1024U);
  EXPECT_EQ(settings.auth.demo, DemoMode::kAuto);
  EXPECT_EQ(settings.limits.connections_per_user, 10U);
  EXPECT_EQ(settings.limits.idle_timeout, 75s);
  EXPECT_EQ(settings.runs.timeout, 30min);
  EXPECT_EQ(settings.runs.history_bytes, 256U * 1024U);
  EXPECT_EQ(settings.log.level, LogLevel::kInfo);
  EXPECT_EQ(settings.agents, default_agents());
  for (const SettingInfo& info : all_settings()) EXPECT_EQ(loaded.source(info.key), "default");
  EXPECT_EQ(loaded.agent_sources(), std::vector<std::string>{"default"});
}

TEST(LoadFile, ReadsEveryKindOfValue) {
  const auto loaded = load_file(R"([server]
listen = "[::1]:0"
cores = 3
web_dir = "/srv/web"
allowed_origins = ["https://chat.example", "http://127.0.0.1:5173"]
[store]
commit_interval = "50ms"
commit_bytes = 65536
[auth]
demo = "off"
[log]
level = "debug"
)")
                          .value();
  const Settings& settings = loaded.settings();
  EXPECT_EQ(settings.server.listen, (ListenAddress{"::1", 0}));
  EXPECT_EQ(settings.server.cores, 3U);
  EXPECT_EQ(settings.server.web_dir, "/srv/web");
  EXPECT_EQ(settings.server.allowed_origins,
            (std::vector<std::string>{"https://chat.example", "http://127.0.0.1:5173"}));
  EXPECT_EQ(settings.store.commit_interval, 50ms);
  EXPECT_EQ(settings.store.commit_bytes, 65536U);
  EXPECT_EQ(settings.auth.demo, DemoMode::kOff);
  EXPECT_EQ(settings.log.level, LogLevel::kDebug);
  EXPECT_EQ(loaded.source("server.cores"), "file goldenpath.toml:3");
  EXPECT_EQ(loaded.source("server.drain_timeout"), "default");
  EXPECT_EQ(loaded.source("server.nothing"), "");
}

TEST(LoadPrecedence, IsDefaultFileEnvironmentFlag) {
  Inputs inputs;
  inputs.file_name = "g.toml";
  inputs.file_text = "[limits]\nheartbeat = \"1s\"\nconnections = 1\nsubscriptions = 1\n";
  inputs.environment = {{"GOLDENPATH_LIMITS_CONNECTIONS", "2"},
                        {"PATH", "/bin"},
                        {"GOLDENPATH_LIMITS_SUBSCRIPTIONS", "2"}};
  inputs.flags = {{"limits.subscriptions", "3", "--subscriptions"},
                  {"limits.subscriptions", "4", "--subs"}};
  const auto loaded = load(inputs).value();
  EXPECT_EQ(loaded.settings().limits.heartbeat, 1s);
  EXPECT_EQ(loaded.settings().limits.connections, 2U);
  EXPECT_EQ(loaded.settings().limits.subscriptions, 4U);
  EXPECT_EQ(loaded.source("limits.heartbeat"), "file g.toml:2");
  EXPECT_EQ(loaded.source("limits.connections"), "environment GOLDENPATH_LIMITS_CONNECTIONS");
  EXPECT_EQ(loaded.source("limits.subscriptions"), "flag --subs");
}

TEST(LoadEnvironment, SplitsListsAtCommas) {
  const auto loaded = load({.environment = {{"GOLDENPATH_SERVER_ALLOWED_ORIGINS",
                                             "https://a.example, https://b.example"}}})
                          .value();
  EXPECT_EQ(loaded.settings().server.allowed_origins,
            (std::vector<std::string>{"https://a.example", "https://b.example"}));
}

TEST(LoadEnvironment, ReachesEverySettingUnderItsOwnName) {
  for (const SettingInfo& info : all_settings()) {
    const auto loaded =
        load({.environment = {{environment_name(info), std::string(info.default_text)}}});
    ASSERT_TRUE(loaded.has_value()) << info.key << ": " << loaded.error().message;
    EXPECT_TRUE(loaded.value().source(info.key).starts_with("environment GOLDENPATH_"));
    EXPECT_EQ(loaded.value().settings(), default_settings()) << info.key;
  }
}

TEST(LoadErrors, NameUnknownSettingsWithTheNearestOne) {
  EXPECT_EQ(problem_of_file("\n\n\n\n\n[server]\nlisen = \"x\"\n"),
            "goldenpath.toml:7: unknown setting \"server.lisen\"; did you mean \"server.listen\"?");
  EXPECT_EQ(problem_of_file("listen = \"x\"\n"),
            "goldenpath.toml:1: unknown setting \"listen\"; did you mean \"server.listen\"?");
  EXPECT_EQ(problem_of_file("[zzzzzz]\nqqqqqqqq = 1\n"),
            "goldenpath.toml:2: unknown setting \"zzzzzz.qqqqqqqq\"");
  EXPECT_EQ(problem_of_file("[servr]\n"),
            "goldenpath.toml:1: unknown section \"servr\"; did you mean \"server\"?");
  EXPECT_EQ(problem_of_file("[server]\n"), "accepted");
  EXPECT_EQ(problem_of_variable("GOLDENPATH_SERVER_LISEN", "x"),
            "environment GOLDENPATH_SERVER_LISEN: no setting has this name; did you mean "
            "GOLDENPATH_SERVER_LISTEN?");
  EXPECT_EQ(problem_of({.flags = {{"server.core", "1", "--cores"}}}),
            "flag --cores: unknown setting \"server.core\"; did you mean \"server.cores\"?");
}

TEST(LoadErrors, SayWhatWasGivenAndWhatIsAllowed) {
  EXPECT_EQ(
      problem_of_file("[store]\ncommit_interval = \"5 parsecs\"\n"),
      "goldenpath.toml:2: store.commit_interval is \"5 parsecs\"; allowed: a duration such as "
      "\"20ms\", \"5s\" or \"1h\", from 1ms to 10s");
  EXPECT_EQ(problem_of_file("[server]\ncores = \"many\"\n"),
            "goldenpath.toml:2: server.cores is \"many\"; allowed: a whole number, from 0 to 1024");
  EXPECT_EQ(problem_of_variable("GOLDENPATH_AUTH_DEMO", "yes"),
            "environment GOLDENPATH_AUTH_DEMO: auth.demo is \"yes\"; allowed: \"auto\", \"on\" or "
            "\"off\"");
  EXPECT_TRUE(problem_of({.flags = {{"server.listen", ":80", "--listen"}}})
                  .starts_with("flag --listen: server.listen is \":80\"; allowed: an IP address"));
}

TEST(LoadErrors, RefuseWrongTypes) {
  for (const std::string_view line : {"server.listen = 8080",
                                      "server.cores = 1.0",
                                      "server.cores = \"4\"",
                                      "server.cores = true",
                                      "server.cores = -1",
                                      "server.cores = [1]",
                                      "server.cores = {x = 1}",
                                      "server.cores.x = 1",
                                      "server.cores = 2020-01-01",
                                      "server.drain_timeout = 30",
                                      "server.drain_timeout = \"30\"",
                                      "store.commit_bytes = \"1 MB\"",
                                      "store.commit_bytes = -1",
                                      "store.data_dir = 5",
                                      "store.data_dir = \"a\\u0000b\"",
                                      "auth.demo = true",
                                      "auth.demo = \"Auto\"",
                                      "server.allowed_origins = \"https://a.example\"",
                                      "server.allowed_origins = [1]",
                                      "server.allowed_origins = [\"*\"]",
                                      "server.allowed_origins = [\"https://a.example/\"]",
                                      "server.allowed_origins = [\"https://A.example\"]",
                                      "log.level = \"trace\""}) {
    const std::string problem = problem_of_file(std::string(line));
    EXPECT_TRUE(problem.starts_with("goldenpath.toml:1: ")) << line << ": " << problem;
    EXPECT_NE(problem.find("; allowed: "), std::string::npos) << line << ": " << problem;
  }
}

TEST(LoadErrors, KeepEveryRangeAtItsEdges) {
  EXPECT_EQ(problem_of_variable("GOLDENPATH_SERVER_CORES", "1024"), "accepted");
  EXPECT_NE(problem_of_variable("GOLDENPATH_SERVER_CORES", "1025"), "accepted");
  EXPECT_EQ(problem_of_variable("GOLDENPATH_STORE_COMMIT_INTERVAL", "1ms"), "accepted");
  EXPECT_NE(problem_of_variable("GOLDENPATH_STORE_COMMIT_INTERVAL", "0s"), "accepted");
  EXPECT_EQ(problem_of_variable("GOLDENPATH_STORE_COMMIT_BYTES", "4KiB"), "accepted");
  EXPECT_NE(problem_of_variable("GOLDENPATH_STORE_COMMIT_BYTES", "4095"), "accepted");
  EXPECT_NE(problem_of_variable("GOLDENPATH_SERVER_CORES", ""), "accepted");
  EXPECT_NE(problem_of_variable("GOLDENPATH_SERVER_CORES", "99999999999999999999"), "accepted");
}

TEST(LoadErrors, AreReportedTogetherInTheOrderOfTheFile) {
  EXPECT_EQ(problem_of_file("[store]\nx = 1\n[server]\ncores = -1\n"),
            "goldenpath.toml:2: unknown setting \"store.x\"\n"
            "goldenpath.toml:4: server.cores is -1; allowed: a whole number, from 0 to 1024");
  std::string many = "[zzz]\n";
  for (std::size_t i = 0; i < kProblemsMax + 5; ++i) many += "q" + std::to_string(i) + " = 1\n";
  const std::string problem = problem_of_file(many);
  EXPECT_TRUE(problem.ends_with("\nand 5 more")) << problem;
}

TEST(LoadErrors, NameTheLineWhereTheFileIsNotToml) {
  EXPECT_TRUE(problem_of_file("[server]\nlisten = 127.0.0.1:80\n")
                  .starts_with("goldenpath.toml:2: not TOML: "));
}

TEST(LoadChecks, RefuseSettingsThatContradict) {
  const std::string keys =
      problem_of_file("[auth]\njwt_secret_file = \"a\"\njwt_public_key_file = \"b\"\n");
  EXPECT_TRUE(keys.starts_with("goldenpath.toml:3: auth.jwt_secret_file and")) << keys;
  const std::string half = problem_of_file("[tls]\ncertificate_file = \"a\"\n");
  EXPECT_NE(half.find("belong together"), std::string::npos) << half;
  const std::string names = problem_of_file("[tls]\nmore_certificates = [\"a:b\"]\n");
  EXPECT_TRUE(names.starts_with("goldenpath.toml:2: tls.more_certificates needs")) << names;
  const std::string proxies = problem_of_file("[server]\nproxy_protocol = \"on\"\n");
  EXPECT_TRUE(proxies.starts_with("goldenpath.toml:2: server.proxy_protocol needs")) << proxies;
  const std::string peers = problem_of_file("[limits]\nheartbeat = \"60s\"\n");
  EXPECT_TRUE(peers.starts_with("default: limits.dead_peer must be longer")) << peers;
}

TEST(LoadFile, ReadsNetworksAndPairsOfPaths) {
  const auto loaded = load_file(R"([server]
trusted_proxies = ["10.0.0.0/8", "::1"]
forwarded_header = "forwarded"
[tls]
certificate_file = "a.pem"
key_file = "a.key"
more_certificates = ["b.pem:b.key"]
min_version = "1.3"
)");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  const Settings& settings = loaded.value().settings();
  EXPECT_EQ(settings.server.trusted_proxies, (std::vector<std::string>{"10.0.0.0/8", "::1"}));
  EXPECT_EQ(settings.server.forwarded_header, ForwardedHeader::kForwarded);
  EXPECT_EQ(settings.tls.more_certificates, (kinds::PathPairs::Value{{"b.pem", "b.key"}}));
  EXPECT_EQ(settings.tls.min_version, LeastTls::k13);
  for (const char* bad :
       {"[server]\ntrusted_proxies = [\"10.0.0.1/8\"]\n",
        "[server]\ntrusted_proxies = [\"example.com\"]\n", "[tls]\nmore_certificates = [\"a\"]\n",
        "[tls]\nmore_certificates = [\"a:b:c\"]\n", "[tls]\nmore_certificates = [\":b\"]\n",
        "[tls]\nmin_version = \"1.1\"\n"})
    EXPECT_NE(problem_of_file(bad).find("; allowed: "), std::string::npos) << bad;
}

TEST(LoadAgents, ComeFromTheFile) {
  const auto loaded = load_file(R"([[agent]]
name = "gpt"
kind = "openai"
url = "https://api.example/v1"
model = "gpt-4o"
api_key_file = "/run/key"
[[agent]]
name = "echo"
kind = "scripted"
)")
                          .value();
  ASSERT_EQ(loaded.settings().agents.size(), 2U);
  EXPECT_EQ(loaded.settings().agents[0], (AgentSettings{.name = "gpt",
                                                        .kind = AgentKind::kOpenai,
                                                        .url = "https://api.example/v1",
                                                        .model = "gpt-4o",
                                                        .api_key_file = "/run/key"}));
  EXPECT_EQ(loaded.agent_sources()[1], "file goldenpath.toml:7");
}

TEST(LoadAgents, OfFlagsReplaceThoseOfTheFile) {
  const auto loaded = load({.file_text = "[[agent]]\nname = \"a\"\nkind = \"scripted\"\n",
                            .flags = {{"agent", "b=scripted", "--agent"},
                                      {"agent", "c=openai:http://127.0.0.1:1", "--agent"}}})
                          .value();
  ASSERT_EQ(loaded.settings().agents.size(), 2U);
  EXPECT_EQ(loaded.settings().agents[0].name, "b");
  EXPECT_EQ(loaded.agent_sources(), (std::vector<std::string>{"flag --agent", "flag --agent"}));
}

TEST(LoadAgents, AreRefusedWithTheirPlace) {
  EXPECT_EQ(problem_of_file("[[agent]]\nname = \"a\"\nkind = \"scripted\"\nurll = \"x\"\n"),
            "goldenpath.toml:4: unknown key \"urll\" of an agent; did you mean \"url\"?");
  EXPECT_TRUE(problem_of_file("[[agent]]\nname = 5\n")
                  .starts_with("goldenpath.toml:2: name of an agent is 5"));
  EXPECT_TRUE(problem_of_file("\n[[agent]]\nname = \"a\"\n")
                  .starts_with("goldenpath.toml:2: agent a: unknown kind"));
  EXPECT_NE(problem_of_file("[[agent]]\nname = \"a\"\nkind = \"openai\"\n").find("needs a url"),
            std::string::npos);
  EXPECT_EQ(problem_of({.flags = {{"agent", "a=scripted", "--agent"},
                                  {"agent", "a=scripted", "--agent"}}}),
            "flag --agent: two agents are called a; names must differ");
  EXPECT_EQ(problem_of_file("[agent]\nname = \"a\"\n"),
            "goldenpath.toml:2: agents are written as [[agent]] tables");
  EXPECT_EQ(problem_of_file("agent = \"a\"\n"),
            "goldenpath.toml:1: agents are written as [[agent]] tables");
}

TEST(LoadAgents, AreAtMostSoMany) {
  Inputs inputs;
  for (std::size_t i = 0; i < kAgentsMax; ++i)
    inputs.flags.push_back({"agent", "a" + std::to_string(i) + "=scripted", "--agent"});
  EXPECT_EQ(problem_of(inputs), "accepted");
  inputs.flags.push_back({"agent", "one-more=scripted", "--agent"});
  EXPECT_NE(problem_of(inputs).find("more than 64 agents"), std::string::npos);
}

TEST(DemoEnabled, FollowsKeysAndAddressWhenAuto) {
  Settings settings = default_settings();
  EXPECT_TRUE(demo_enabled(settings));
  settings.auth.jwt_secret_file = "secret";
  EXPECT_FALSE(demo_enabled(settings));
  settings.auth.demo = DemoMode::kOn;
  EXPECT_TRUE(demo_enabled(settings));
  settings = default_settings();
  settings.auth.jwt_public_key_file = "key";
  EXPECT_FALSE(demo_enabled(settings));
  settings = default_settings();
  settings.server.listen = ListenAddress{"0.0.0.0", 80};
  EXPECT_FALSE(demo_enabled(settings));
  settings = default_settings();
  settings.auth.demo = DemoMode::kOff;
  EXPECT_FALSE(demo_enabled(settings));
}

}  // namespace
}  // namespace gp::config
