#include "protocol/close_reason.h"

#include <gtest/gtest.h>

#include <set>

namespace gp::protocol {
namespace {

TEST(CloseReason, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const CloseReasonInfo& reason : all_close_reasons()) {
    EXPECT_TRUE(names.insert(reason.name).second) << reason.name;
    EXPECT_EQ(&info(reason.reason), &reason) << reason.name;
    EXPECT_FALSE(reason.meaning.empty()) << reason.name;
  }
}

// An end that is asked for by a close code must not be counted as a failure of the server.
TEST(CloseReason, EveryCodeThatClosesAWebSocketHasAReason) {
  for (const CodeInfo& code : all_codes()) {
    if (code.close_code == 0) continue;
    EXPECT_EQ(info(close_reason_for(code.code)).code, code.code) << code.name;
  }
  EXPECT_EQ(close_reason_for(Code::normal), CloseReason::finished);
  EXPECT_EQ(close_reason_for(Code::going_away), CloseReason::peer_closed);
  EXPECT_EQ(close_reason_for(Code::thread_not_found), CloseReason::internal);
}

}  // namespace
}  // namespace gp::protocol
