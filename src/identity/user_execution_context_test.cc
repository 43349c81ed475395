#include "identity/user_execution_context.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "protocol/codes.h"

namespace gp::identity {
namespace {

std::string message_of(const Result<>& result) {
  return result.has_value() ? "accepted" : result.error().message;
}

UserExecutionContext::Parts parts_of(std::string user_id) {
  return {.user_id = UserId(std::move(user_id)), .request_id = RequestId("req_12345678")};
}

TEST(CheckId, RefusesBlankValues) {
  for (const std::string_view blank : {"", " ", "   ", "\t", " \r\n"}) {
    const auto result = check_id("user_id", blank);
    ASSERT_FALSE(result.has_value()) << '"' << blank << '"';
    EXPECT_EQ(result.error().code, Code::invalid_id);
    EXPECT_NE(result.error().message.find("is blank"), std::string::npos);
  }
}

TEST(CheckId, RefusesEveryPlaceholderWordInAnyCase) {
  for (const std::string_view word :
       {"registry",  "placeholder", "default", "temp",     "none", "null",
        "undefined", "0",           "1",       "xxx",      "yyy",  "example",
        "test",      "demo",        "sample",  "template", "mock", "fake",
        "dummy",     "Demo",        "NULL",    "Undefined"}) {
    EXPECT_FALSE(check_id("user_id", word).has_value()) << word;
  }
}

TEST(CheckId, NamesFieldValueAndWhatToDo) {
  EXPECT_EQ(message_of(check_id("user_id", "demo")),
            "user_id: \"demo\" is a placeholder word; use the real id of the user");
  EXPECT_EQ(message_of(check_id("run_id", "xxx")),
            "run_id: \"xxx\" is a placeholder word; use a real run_id");
}

TEST(CheckId, AcceptsWordsThatOnlyContainAPlaceholder) {
  for (const std::string_view id : {"demo1", "tester", "00", "10", "my_demo", "test_user",
                                    "nonesuch", "registry-7", "alice", "user 7", "j\xc3\xb6rg"}) {
    EXPECT_EQ(message_of(check_id("user_id", id)), "accepted") << id;
  }
}

TEST(CheckId, RefusesPlaceholderPrefixesOfShortValues) {
  for (const std::string_view prefix : {"placeholder_", "registry_", "temp_", "example_", "demo_",
                                        "sample_", "template_", "mock_", "fake_", "default_"}) {
    EXPECT_FALSE(check_id("user_id", std::string(prefix) + "a").has_value()) << prefix;
  }
  EXPECT_FALSE(check_id("user_id", "DEMO_user").has_value());
}

TEST(CheckId, AcceptsAPlaceholderPrefixFromTwentyCharactersOn) {
  EXPECT_FALSE(check_id("user_id", "demo_56789012345678").has_value());
  EXPECT_TRUE(check_id("user_id", "demo_567890123456789").has_value());
}

TEST(CheckId, CountsCharactersNotBytesForThePrefixRule) {
  EXPECT_FALSE(
      check_id("user_id", "demo_\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6")
          .has_value());
}

TEST(CheckId, AcceptsTheSevenRealDefaultIds) {
  for (const std::string_view id :
       {"default_user", "default_admin", "default_system", "default_account", "default_service",
        "default_client", "default_guest"}) {
    EXPECT_EQ(message_of(check_id("user_id", id)), "accepted") << id;
  }
  EXPECT_FALSE(check_id("user_id", "default_users").has_value());
}

TEST(CheckId, TakesExactlyTheMostBytes) {
  EXPECT_TRUE(check_id("run_id", std::string(kIdBytesMax, 'a')).has_value());
  EXPECT_FALSE(check_id("run_id", std::string(kIdBytesMax + 1, 'a')).has_value());
  EXPECT_TRUE(check_id("user_id", std::string(kUserIdBytesMax, 'a'), kUserIdBytesMax).has_value());
  EXPECT_FALSE(
      check_id("user_id", std::string(kUserIdBytesMax + 1, 'a'), kUserIdBytesMax).has_value());
}

TEST(CheckId, RefusesControlCharacters) {
  for (const std::string_view id : {std::string_view("a\0b", 3), std::string_view("a\nb"),
                                    std::string_view("a\x7f"), std::string_view("a\xc2\x85z")}) {
    EXPECT_NE(message_of(check_id("user_id", id)).find("control character"), std::string::npos);
  }
}

TEST(CheckId, RefusesWhatIsNotUtf8) {
  for (const std::string_view id :
       {"a\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x28\xa1", "\x80"}) {
    EXPECT_NE(message_of(check_id("user_id", id)).find("is not UTF-8"), std::string::npos);
  }
  EXPECT_TRUE(check_id("user_id", "\xf0\x9f\x8c\xb1 \xe2\x82\xac").has_value());
}

TEST(CheckId, ShowsRefusedValuesShortAndPrintable) {
  const std::string message = message_of(check_id("user_id", std::string(5000, 'a')));
  EXPECT_LT(message.size(), 120U);
  EXPECT_NE(message.find("aaa..."), std::string::npos);
  EXPECT_NE(message_of(check_id("user_id", "\xff\n\"x")).find("\"???x\""), std::string::npos);
}

TEST(CheckThreadId, AcceptsOnlyItsCharacters) {
  EXPECT_TRUE(check_thread_id("AZaz09._~@-").has_value());
  for (const std::string_view id : {"a b", "a/b", "a:b", "a,b", "*", "a*", "\xc3\xb6", "a%"})
    EXPECT_FALSE(check_thread_id(id).has_value()) << id;
  EXPECT_FALSE(check_thread_id("demo").has_value());
  EXPECT_FALSE(check_thread_id(std::string(kIdBytesMax + 1, 'a')).has_value());
}

TEST(UserExecutionContext, NeedsAUserAndARequest) {
  EXPECT_TRUE(UserExecutionContext::create(parts_of("alice")).has_value());
  EXPECT_FALSE(UserExecutionContext::create(parts_of("")).has_value());
  auto parts = parts_of("alice");
  parts.request_id = {};
  const auto result = UserExecutionContext::create(parts);
  ASSERT_FALSE(result.has_value());
  EXPECT_TRUE(result.error().message.starts_with("request_id:"));
}

TEST(UserExecutionContext, ChecksOptionalIdsWhenTheyExist) {
  auto parts = parts_of("alice");
  parts.thread_id = ThreadId("a b");
  EXPECT_FALSE(UserExecutionContext::create(parts).has_value());
  parts.thread_id = ThreadId("thr_1");
  parts.run_id = RunId("mock_run");
  EXPECT_FALSE(UserExecutionContext::create(parts).has_value());
  parts.run_id = RunId("run_1");
  parts.connection_id = ConnectionId("null");
  EXPECT_FALSE(UserExecutionContext::create(parts).has_value());
  parts.connection_id = ConnectionId("con_1");
  EXPECT_TRUE(UserExecutionContext::create(parts).has_value());
}

TEST(UserExecutionContext, NarrowsWithoutChangingTheOriginal) {
  auto parts = parts_of("alice");
  parts.connection_id = ConnectionId("con_1");
  parts.permissions = {"chat"};
  const auto root = UserExecutionContext::create(parts).value();
  const auto run = root.for_run(ThreadId("thr_1"), RunId("run_1")).value();
  EXPECT_TRUE(root.thread_id().empty());
  EXPECT_TRUE(root.run_id().empty());
  EXPECT_EQ(run.user_id().str(), "alice");
  EXPECT_EQ(run.connection_id().str(), "con_1");
  EXPECT_EQ(run.run_id().str(), "run_1");
  EXPECT_TRUE(run.may("chat"));
  EXPECT_FALSE(run.may("admin"));
  const auto other = run.for_thread(ThreadId("thr_2")).value();
  EXPECT_EQ(other.thread_id().str(), "thr_2");
  EXPECT_TRUE(other.run_id().empty());
  EXPECT_EQ(run.for_request(RequestId("req_2")).value().request_id().str(), "req_2");
}

TEST(UserExecutionContext, RefusesToNarrowToBadIds) {
  const auto root = UserExecutionContext::create(parts_of("alice")).value();
  EXPECT_FALSE(root.for_thread(ThreadId("")).has_value());
  EXPECT_FALSE(root.for_thread(ThreadId("thr/1")).has_value());
  EXPECT_FALSE(root.for_run(ThreadId("thr_1"), RunId("")).has_value());
  EXPECT_FALSE(root.for_request(RequestId("temp")).has_value());
}

TEST(UserExecutionContext, CorrelatesByEightCharactersOfEachId) {
  const auto root = UserExecutionContext::create(parts_of("j\xc3\xb6rg-very-long")).value();
  EXPECT_EQ(root.correlation_id(), "j\xc3\xb6rg-ver:::req_1234");
  const auto run = root.for_run(ThreadId("thr_abcdefgh"), RunId("run_1")).value();
  EXPECT_EQ(run.correlation_id(), "j\xc3\xb6rg-ver:thr_abcd:run_1:req_1234");
}

TEST(ThreadKey, IsOwnedByTheUserOfTheContext) {
  const auto alice = UserExecutionContext::create(parts_of("alice")).value();
  const auto bob = UserExecutionContext::create(parts_of("bob")).value();
  const auto hers = ThreadKey::of(alice, ThreadId("thr_1")).value();
  const auto his = ThreadKey::of(bob, ThreadId("thr_1")).value();
  EXPECT_EQ(hers.owner().str(), "alice");
  EXPECT_NE(hers, his);
  EXPECT_EQ(hers, ThreadKey::from_storage(UserId("alice"), ThreadId("thr_1")));
  const std::unordered_set<ThreadKey> keys{hers, his, hers};
  EXPECT_EQ(keys.size(), 2U);
}

TEST(ThreadKey, RefusesBadThreadIds) {
  const auto alice = UserExecutionContext::create(parts_of("alice")).value();
  EXPECT_FALSE(ThreadKey::of(alice, ThreadId("*")).has_value());
  EXPECT_FALSE(ThreadKey::of(alice, ThreadId("")).has_value());
}

}  // namespace
}  // namespace gp::identity
