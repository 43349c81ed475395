#include "gateway/router.h"

#include <gtest/gtest.h>

namespace gp::gateway {
namespace {

const std::vector<RoutePattern> kTable{{"GET", "/v1/threads"},
                                       {"POST", "/v1/threads"},
                                       {"GET", "/v1/threads/{id}"},
                                       {"DELETE", "/v1/threads/{id}"},
                                       {"GET", "/v1/threads/{id}/messages/{message}"},
                                       {"GET", "/"}};

void expect_match(std::string_view method, std::string_view path, std::size_t index,
                  const PathParameters& parameters) {
  const Routing routing = find_route(kTable, method, path);
  const auto* const match = std::get_if<RouteMatch>(&routing);
  ASSERT_NE(match, nullptr) << method << " " << path;
  EXPECT_EQ(match->index, index) << path;
  EXPECT_EQ(match->parameters, parameters) << path;
}

bool is_unknown(std::string_view path) {
  return std::holds_alternative<NoSuchPath>(find_route(kTable, "GET", path));
}

TEST(Router, MatchesMethodAndPath) {
  expect_match("GET", "/v1/threads", 0, {});
  expect_match("POST", "/v1/threads", 1, {});
  expect_match("DELETE", "/v1/threads/t1", 3, {"t1"});
  expect_match("GET", "/v1/threads/t1/messages/m1", 4, {"t1", "m1"});
  expect_match("GET", "/", 5, {});
}

TEST(Router, KeepsAnEncodedSlashInsideItsSegment) {
  expect_match("GET", "/v1/threads/a%2Fb", 2, {"a/b"});
  expect_match("GET", "/v1/threads/a%2fmessages%2fm", 2, {"a/messages/m"});
  expect_match("GET", "/v1/threads/%7Bid%7D", 2, {"{id}"});
  expect_match("GET", "/v1/threads/a%20b+c", 2, {"a b+c"});
  expect_match("GET", "/v1/threads/%252F", 2, {"%2F"});
}

TEST(Router, ComparesFixedSegmentsAsTheyWereSent) {
  for (const std::string_view path :
       {"/v1/thread%73", "/V1/threads", "/v1/threads/", "//v1/threads", "/v1//threads",
        "/v1/threads/t1/", "/v1/threads/t1/messages", "/v1", "*", "/v1/threads/%zz",
        "/v1/threads/%"})
    EXPECT_TRUE(is_unknown(path)) << path;
}

TEST(Router, NamesTheMethodsOfAPathThatIsThere) {
  const Routing routing = find_route(kTable, "PUT", "/v1/threads/t1");
  const auto* const wrong = std::get_if<WrongMethod>(&routing);
  ASSERT_NE(wrong, nullptr);
  EXPECT_EQ(wrong->allowed, "GET, HEAD, DELETE, OPTIONS");
  EXPECT_TRUE(std::holds_alternative<WrongMethod>(find_route(kTable, "get", "/v1/threads")))
      << "methods are case-sensitive";
}

TEST(Router, AnswersOptionsForEveryPathThatIsThere) {
  for (const RoutePattern& pattern : kTable) {
    const Routing routing = find_route(kTable, "OPTIONS", pattern.path);
    const auto* const options = std::get_if<WrongMethod>(&routing);
    ASSERT_NE(options, nullptr) << pattern.path;
    EXPECT_NE(options->allowed.find(pattern.method), std::string::npos) << pattern.path;
    EXPECT_TRUE(options->allowed.ends_with(", OPTIONS")) << options->allowed;
  }
  EXPECT_TRUE(std::holds_alternative<NoSuchPath>(find_route(kTable, "OPTIONS", "/v2")));
  EXPECT_EQ(all_methods(kTable), "GET, HEAD, POST, DELETE, OPTIONS");
}

TEST(Router, LetsHeadMatchGetOnly) {
  expect_match("HEAD", "/v1/threads/t1", 2, {"t1"});
  const std::vector<RoutePattern> table{{"POST", "/only"}};
  EXPECT_TRUE(std::holds_alternative<WrongMethod>(find_route(table, "HEAD", "/only")));
}

}  // namespace
}  // namespace gp::gateway
