#include "gateway/websocket_route.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gp::gateway {
namespace {

using protocol::AllThreads;

WebSocketPlan plan(std::optional<std::string> after, std::optional<std::string> resume = {}) {
  auto made = plan_from_query(after, resume);
  if (made.has_error()) {
    ADD_FAILURE() << made.error().message;
    return {};
  }
  return std::move(made.value());
}

TEST(PlanFromQuery, FollowsAllThreadsWhenNothingIsSaid) {
  for (const auto& resume : std::vector<std::optional<std::string>>{std::nullopt, "", "0"}) {
    const WebSocketPlan made = plan(std::nullopt, resume);
    EXPECT_EQ(made.subscribe.all, AllThreads::kYes);
    EXPECT_TRUE(made.subscribe.threads.empty());
  }
  EXPECT_EQ(plan("").subscribe.all, AllThreads::kYes);
}

TEST(PlanFromQuery, WaitsForASubscribeCommandOnResume) {
  const WebSocketPlan made = plan(std::nullopt, "1");
  EXPECT_EQ(made.subscribe.all, AllThreads::kNo);
  EXPECT_TRUE(made.subscribe.threads.empty());
  EXPECT_EQ(plan("", "yes").subscribe.all, AllThreads::kNo);
}

TEST(PlanFromQuery, ReadsPositions) {
  const WebSocketPlan made = plan("thr_a:17,thr_b:4:epo_1,thr_c:now,*,t:18446744073709551615", "1");
  ASSERT_EQ(made.subscribe.threads.size(), 4u);
  EXPECT_EQ(made.subscribe.threads[0].thread_id.view(), "thr_a");
  EXPECT_EQ(made.subscribe.threads[0].after, Seq{17});
  EXPECT_TRUE(made.subscribe.threads[0].epoch.empty());
  EXPECT_EQ(made.subscribe.threads[1].after, Seq{4});
  EXPECT_EQ(made.subscribe.threads[1].epoch.view(), "epo_1");
  EXPECT_EQ(made.subscribe.threads[2].after, std::nullopt);
  EXPECT_EQ(made.subscribe.threads[3].after, Seq{~std::uint64_t{0}});
  EXPECT_EQ(made.subscribe.all, AllThreads::kYes);
  EXPECT_EQ(plan("thr_a:17").subscribe.all, AllThreads::kNo);
  EXPECT_TRUE(plan("*").subscribe.threads.empty());
}

TEST(PlanFromQuery, RefusesWhatIsNoPosition) {
  for (const char* const after :
       {"thr_a", "thr_a:", ":5", "thr_a:-1", "thr_a:+1", "thr_a:1x", "thr_a: 1",
        "thr_a:18446744073709551616", "thr_a:Now", "a:1,,b:2", ",", "a:1,b"}) {
    const auto made = plan_from_query(std::string(after), std::nullopt);
    ASSERT_TRUE(made.has_error()) << after;
    EXPECT_EQ(made.error().code, Code::invalid_command) << after;
    EXPECT_TRUE(made.error().message.starts_with("after: ")) << made.error().message;
  }
}

// `after` is percent-decoded: its bytes went into a JSON error as they were.
TEST(PlanFromQuery, ShowsOnlyPrintableTextInItsErrors) {
  const auto made = plan_from_query(std::string("\xff\x01\xc3") + std::string(1'000, 'a'), {});
  ASSERT_TRUE(made.has_error());
  const std::string& message = made.error().message;
  EXPECT_LT(message.size(), 300u);
  EXPECT_TRUE(std::ranges::all_of(message, [](char c) { return c >= ' ' && c <= '~'; })) << message;
}

TEST(CloseCodeFor, IsTheCodesOwnOrInternal) {
  EXPECT_EQ(close_code_for(Code::token_expired), Code::token_expired);
  EXPECT_EQ(close_code_for(Code::invalid_id), Code::internal);
  for (const protocol::CodeInfo& row : protocol::all_codes())
    EXPECT_NE(protocol::info(close_code_for(row.code)).close_code, 0) << row.name;
}

}  // namespace
}  // namespace gp::gateway
