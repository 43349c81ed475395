#include "config/listen_address.h"

#include <gtest/gtest.h>

namespace gp::config {
namespace {

TEST(ListenAddress, ReadsIpAndPort) {
  EXPECT_EQ(parse_listen_address("127.0.0.1:8080"), (ListenAddress{"127.0.0.1", 8080}));
  EXPECT_EQ(parse_listen_address("0.0.0.0:0"), (ListenAddress{"0.0.0.0", 0}));
  EXPECT_EQ(parse_listen_address("[::1]:65535"), (ListenAddress{"::1", 65535}));
  EXPECT_EQ(parse_listen_address("[::]:80"), (ListenAddress{"::", 80}));
  EXPECT_EQ(parse_listen_address("localhost:1"), (ListenAddress{"127.0.0.1", 1}));
}

TEST(ListenAddress, RefusesEverythingElse) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {""sv,
                                      "8080"sv,
                                      ":8080"sv,
                                      "127.0.0.1"sv,
                                      "127.0.0.1:"sv,
                                      "127.0.0.1:65536"sv,
                                      "127.0.0.1:-1"sv,
                                      "127.0.0.1:+1"sv,
                                      "127.0.0.1:80 "sv,
                                      " 127.0.0.1:80"sv,
                                      "127.1:80"sv,
                                      "::1:8080"sv,
                                      "[::1]"sv,
                                      "[::1"sv,
                                      "[]:80"sv,
                                      "[127.0.0.1]:80"sv,
                                      "[fe80::1%eth0]:80"sv,
                                      "example.com:80"sv,
                                      "127.0.0.1:8\0"sv,
                                      "127.0.0.1\0x:80"sv})
    EXPECT_FALSE(parse_listen_address(text).has_value()) << text;
}

TEST(ListenAddress, IsWrittenAsItWasRead) {
  for (const std::string_view text : {"127.0.0.1:8080", "[::1]:8080", "[::ffff:10.0.0.1]:1"})
    EXPECT_EQ(to_string(*parse_listen_address(text)), text);
}

TEST(ListenAddress, KnowsLoopback) {
  for (const std::string_view text : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1",
                                      "[0:0:0:0:0:0:0:1]:1", "localhost:1", "[::ffff:127.0.0.1]:1"})
    EXPECT_TRUE(is_loopback(*parse_listen_address(text))) << text;
  for (const std::string_view text :
       {"0.0.0.0:1", "10.0.0.1:1", "128.0.0.1:1", "[::]:1", "[::2]:1", "[::ffff:10.0.0.1]:1"})
    EXPECT_FALSE(is_loopback(*parse_listen_address(text))) << text;
}

}  // namespace
}  // namespace gp::config
