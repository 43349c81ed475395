#include "protocol/codes.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gp::protocol {
namespace {

TEST(Codes, StandInTheTableAtTheirOwnPlace) {
  for (const CodeInfo& row : all_codes()) EXPECT_EQ(info(row.code).name, row.name);
}

TEST(Codes, HaveNamesThatDifferAndLeadBack) {
  std::set<std::string_view> names;
  for (const CodeInfo& row : all_codes()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(code_from_name(row.name), row.code) << row.name;
    EXPECT_FALSE(row.meaning.empty()) << row.name;
  }
  EXPECT_EQ(code_from_name("no_such_code"), std::nullopt);
  EXPECT_EQ(code_from_name(""), std::nullopt);
}

TEST(Codes, HaveHttpStatusesThatAnAnswerMayHave) {
  for (const CodeInfo& row : all_codes()) {
    EXPECT_TRUE(row.http_status == 200 || (row.http_status >= 400 && row.http_status <= 599))
        << row.name;
    EXPECT_EQ(row.http_status == 200, row.code == Code::normal) << row.name;
  }
}

// RFC 6455 section 7.4: 1004, 1005, 1006 and 1015 are never sent; 4000-4999 are ours.
TEST(Codes, CloseWithNumbersThatMayBeSent) {
  std::set<std::uint16_t> ours;
  for (const CodeInfo& row : all_codes()) {
    const int close = row.close_code;
    if (close == 0) continue;
    EXPECT_TRUE((close >= 1000 && close <= 1003) || (close >= 1007 && close <= 1014) ||
                (close >= 4400 && close <= 4499))
        << row.name;
    if (close >= 4000) {
      EXPECT_TRUE(ours.insert(row.close_code).second) << row.name;
    }
  }
  EXPECT_GE(ours.size(), 5u);
}

// 1013 "try again later" is the one number that several codes share; the others tell codes apart.
TEST(Codes, ShareOnlyTheCloseNumber1013) {
  std::set<std::uint16_t> seen;
  for (const CodeInfo& row : all_codes()) {
    if (row.close_code == 0 || row.close_code == 1013) continue;
    EXPECT_TRUE(seen.insert(row.close_code).second) << row.name;
  }
}

TEST(Codes, TellWhatToDo) {
  EXPECT_EQ(to_string(info(Code::unauthenticated).retry), "token");
  EXPECT_EQ(to_string(info(Code::draining).retry), "resume");
  EXPECT_EQ(to_string(info(Code::overloaded).retry), "later");
  EXPECT_EQ(to_string(info(Code::invalid_json).retry), "never");
}

}  // namespace
}  // namespace gp::protocol
