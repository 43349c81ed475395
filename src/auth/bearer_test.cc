#include "auth/bearer.h"

#include <gtest/gtest.h>

#include <string>

#include "base/encoding.h"
#include "protocol/codes.h"

namespace gp::auth {
namespace {

TEST(BearerToken, TakesTheSchemeInAnyCase) {
  EXPECT_EQ(bearer_token("Bearer abc.def.ghi"), "abc.def.ghi");
  EXPECT_EQ(bearer_token("bearer x"), "x");
  EXPECT_EQ(bearer_token("BEARER x"), "x");
  EXPECT_EQ(bearer_token("  Bearer   x \t"), "x");
}

TEST(BearerToken, IsAbsentFromOtherHeaders) {
  for (const std::string_view header :
       {"", "Bearer", "Bearer ", "Bearer\tx", "Bearerx", "Basic eDp5", "Bearer a b", "x Bearer y",
        "abc.def.ghi", "Bearers x"})
    EXPECT_FALSE(bearer_token(header).has_value()) << header;
}

TEST(ParseSubprotocols, SeparatesTheTokenFromTheProtocols) {
  const std::string token = "eyJh.eyJz.c2ln";
  const std::string header = "goldenpath.v1 , jwt." + base64url_encode(token) + ",\tother";
  const auto offer = parse_subprotocols(header).value();
  EXPECT_EQ(offer.token, token);
  EXPECT_EQ(offer.protocols, (std::vector<std::string_view>{"goldenpath.v1", "other"}));
}

TEST(ParseSubprotocols, AcceptsOffersWithoutAToken) {
  EXPECT_TRUE(parse_subprotocols("").value().protocols.empty());
  const auto offer = parse_subprotocols(", goldenpath.v1,, jwt ,JWT.x").value();
  EXPECT_EQ(offer.protocols, (std::vector<std::string_view>{"goldenpath.v1", "jwt", "JWT.x"}));
  EXPECT_FALSE(offer.token.has_value());
}

TEST(ParseSubprotocols, RefusesAnUndecodableToken) {
  for (const std::string_view header :
       {"jwt.", "jwt.!", "jwt.a", "goldenpath.v1, jwt.a b", "jwt.YQ.YQ"}) {
    const auto offer = parse_subprotocols(header);
    ASSERT_FALSE(offer.has_value()) << header;
    EXPECT_EQ(offer.error().code, Code::unauthenticated);
  }
}

TEST(ParseSubprotocols, RefusesTwoTokens) {
  const auto offer = parse_subprotocols("jwt.YQ,jwt.YQ");
  ASSERT_FALSE(offer.has_value());
  EXPECT_EQ(offer.error().code, Code::unauthenticated);
}

TEST(ParseSubprotocols, LooksAtThirtyTwoEntriesAtMost) {
  std::string header = "p0";
  for (std::size_t i = 1; i < kSubprotocolsMax; ++i) header += ",p" + std::to_string(i);
  EXPECT_EQ(parse_subprotocols(header).value().protocols.size(), kSubprotocolsMax);
  const auto offer = parse_subprotocols(header + ",more");
  ASSERT_FALSE(offer.has_value());
  EXPECT_EQ(offer.error().code, Code::bad_request);
}

}  // namespace
}  // namespace gp::auth
