#include "net/websocket_extension.h"

#include <gtest/gtest.h>

namespace gp::net {
namespace {

HttpHeaders header(std::string value) { return {{"Sec-WebSocket-Extensions", std::move(value)}}; }

/// The server's answer; "none", or "malformed" if the handshake fails.
std::string answer(std::string value, ContextTakeover takeover = ContextTakeover::kNo) {
  const auto offers = parse_extensions(header(std::move(value)));
  if (offers.has_error()) return "malformed";
  const auto agreed = accept_deflate(offers.value(), takeover);
  return agreed ? agreed->answer : "none";
}

constexpr const char* kPlain =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

TEST(WebSocketExtension, AnswersWhatBrowsersOffer) {
  EXPECT_EQ(answer("permessage-deflate"), kPlain);
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits"), kPlain);
  EXPECT_EQ(answer("permessage-deflate; client_no_context_takeover; client_max_window_bits"),
            kPlain);
  EXPECT_EQ(answer("x-webkit-deflate-frame, permessage-deflate"), kPlain);
  EXPECT_EQ(answer("x-webkit-deflate-frame"), "none");
  EXPECT_EQ(answer(""), "none");
}

TEST(WebSocketExtension, BoundsTheServersWindowAsAsked) {
  for (int bits = 8; bits <= 15; ++bits) {
    const std::string asked = "; server_max_window_bits=" + std::to_string(bits);
    EXPECT_EQ(answer("permessage-deflate" + asked), kPlain + asked);
    const auto offers = parse_extensions(header("permessage-deflate" + asked));
    EXPECT_EQ(accept_deflate(offers.value(), ContextTakeover::kNo)->parameters.server_window_bits,
              bits);
  }
}

TEST(WebSocketExtension, WrongParametersDeclineTheirOffer) {
  for (const char* parameter :
       {"server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16",
        "server_max_window_bits=08", "server_max_window_bits=1", "server_max_window_bits=010",
        "server_max_window_bits=a", "client_max_window_bits=7", "client_max_window_bits=16",
        "client_max_window_bits=09", "server_no_context_takeover=1",
        "client_no_context_takeover=true", "unknown", "unknown=1", "Server_no_context_takeover",
        "server_no_context_takeover; server_no_context_takeover",
        "client_no_context_takeover; client_no_context_takeover",
        "server_max_window_bits=9; server_max_window_bits=9",
        "client_max_window_bits; client_max_window_bits=9"})
    EXPECT_EQ(answer(std::string("permessage-deflate; ") + parameter), "none") << parameter;
}

TEST(WebSocketExtension, TakesTheFirstOfferItCan) {
  EXPECT_EQ(answer("permessage-deflate; nonsense, permessage-deflate; server_max_window_bits=10, "
                   "permessage-deflate"),
            std::string(kPlain) + "; server_max_window_bits=10");
  const auto offers = parse_extensions({{"Sec-WebSocket-Extensions", "permessage-deflate; x"},
                                        {"Host", "permessage-deflate"},
                                        {"sec-websocket-extensions", "permessage-deflate"}});
  ASSERT_EQ(offers.value().size(), 2u);
  EXPECT_TRUE(accept_deflate(offers.value(), ContextTakeover::kNo));
}

TEST(WebSocketExtension, ReadsTheGrammar) {
  const auto offers = parse_extensions(
      header(" a ;b = 1; c=\"x\\-y\"\t;d , ,, permessage-deflate;server_max_window_bits=\"10\""));
  ASSERT_EQ(offers.value().size(), 2u);
  const Extension& first = offers.value()[0];
  EXPECT_EQ(first.name, "a");
  ASSERT_EQ(first.parameters.size(), 3u);
  EXPECT_EQ(first.parameters[0].value, "1");
  EXPECT_EQ(first.parameters[1].value, "x-y");
  EXPECT_EQ(first.parameters[2].value, std::nullopt);
  EXPECT_EQ(accept_deflate(offers.value(), ContextTakeover::kNo)->parameters.server_window_bits,
            10);
  for (const char* malformed :
       {";", "a;", "a;;b", "a b", "a;b=", "a;b=;c", "a;=1", "a;b=\"", "a;b=\"x", "a;b=\"\"",
        "a;b=\"x y\"", "a;b=\"x\\", "a=1", "\"a\"", "a;b c", "a/b", "a,;", "a;b=1 2"})
    EXPECT_EQ(answer(malformed), "malformed") << malformed;
}

TEST(WebSocketExtension, TakeoverIsBoundedInBothDirections) {
  constexpr auto kYes = ContextTakeover::kYes;
  // The client cannot bound its window: only the server keeps its context.
  EXPECT_EQ(answer("permessage-deflate", kYes),
            "permessage-deflate; client_no_context_takeover; server_max_window_bits=12");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits", kYes),
            "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=9; server_max_window_bits=10", kYes),
            "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9");
  EXPECT_EQ(answer("permessage-deflate; server_no_context_takeover; client_max_window_bits; "
                   "client_no_context_takeover",
                   kYes),
            kPlain);
}

/// What the client makes of an answer to `offer`.
std::string judged(std::string value, const std::optional<DeflateOffer>& offer) {
  const auto result = check_deflate_answer(header(std::move(value)), offer);
  if (result.has_error()) return "refused";
  if (!result.value()) return "none";
  const DeflateParameters& p = *result.value();
  return std::to_string(p.server_window_bits) + ' ' + std::to_string(p.client_window_bits) +
         (p.server_takeover == ContextTakeover::kYes ? " s" : "") +
         (p.client_takeover == ContextTakeover::kYes ? " c" : "");
}

TEST(WebSocketExtension, TheClientTakesOnlyWhatItOffered) {
  const DeflateOffer offer;
  EXPECT_EQ(judged("permessage-deflate", offer), "15 15 s c");
  EXPECT_EQ(judged(kPlain, offer), "15 15");
  EXPECT_EQ(judged("permessage-deflate; server_max_window_bits=9; client_max_window_bits=8", offer),
            "9 8 s c");
  EXPECT_EQ(check_deflate_answer({}, offer).value(), std::nullopt);
  EXPECT_EQ(judged("permessage-deflate", std::nullopt), "refused");
  for (const char* wrong :
       {"permessage-bzip2", "permessage-deflate, permessage-deflate", "permessage-deflate; x",
        "permessage-deflate; client_max_window_bits", "permessage-deflate;",
        "permessage-deflate; server_max_window_bits=16", "permessage-deflate, other",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover"})
    EXPECT_EQ(judged(wrong, offer), "refused") << wrong;
  const DeflateOffer strict{.server_window_bits = 10, .server_takeover = false};
  EXPECT_EQ(judged("permessage-deflate", strict), "refused");
  EXPECT_EQ(judged("permessage-deflate; server_no_context_takeover", strict), "refused");
  EXPECT_EQ(
      judged("permessage-deflate; server_no_context_takeover; server_max_window_bits=11", strict),
      "refused");
  EXPECT_EQ(
      judged("permessage-deflate; server_no_context_takeover; server_max_window_bits=10", strict),
      "10 15 c");
}

TEST(WebSocketExtension, BothSidesUnderstandEachOther) {
  for (const auto takeover : {ContextTakeover::kNo, ContextTakeover::kYes}) {
    for (std::uint8_t bits = kWindowBitsMin; bits <= kWindowBitsMax; ++bits) {
      for (const bool keep : {true, false}) {
        const DeflateOffer offer{.server_window_bits = bits, .server_takeover = keep};
        const auto offers = parse_extensions(header(deflate_offer(offer)));
        const auto agreed = accept_deflate(offers.value(), takeover);
        ASSERT_TRUE(agreed);
        const auto seen = check_deflate_answer(header(agreed->answer), offer);
        ASSERT_TRUE(seen) << agreed->answer;
        EXPECT_EQ(seen.value()->server_window_bits, agreed->parameters.server_window_bits);
        EXPECT_EQ(seen.value()->client_window_bits, agreed->parameters.client_window_bits);
        EXPECT_EQ(seen.value()->server_takeover, agreed->parameters.server_takeover);
        EXPECT_EQ(seen.value()->client_takeover, agreed->parameters.client_takeover);
      }
    }
  }
}

}  // namespace
}  // namespace gp::net
