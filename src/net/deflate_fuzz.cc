/// Fuzzes MessageInflater, MessageDeflater and the negotiation of permessage-deflate.
///
/// Input: byte 0 what is done (even: inflate, odd: negotiate); byte 1 options; the rest is the
/// compressed message, or the header's value.
///
/// Properties:
/// (1) nothing above the limits comes out; text is what an independent look says it is;
/// (2) without takeover the same bytes give the same result, whatever came before;
/// (3) what inflates can be deflated and inflated again, with every window;
/// (4) any header is refused, declined or answered; our client understands every answer, and what
/// was agreed on keeps to the offer.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "net/deflate.h"
#include "net/utf8.h"
#include "net/websocket_extension.h"

namespace gp::net {
namespace {

constexpr std::size_t kBytesMax = 1'500'000;
constexpr std::uint32_t kRatioMax = 50;

struct Result {
  std::optional<InflateFault> fault;
  std::string plain;
};

Result inflate(MessageInflater& inflater, std::string_view compressed, TextCheck check) {
  Result result;
  result.fault = inflater.inflate(compressed, ContextTakeover::kNo, check,
                                  {.bytes_max = kBytesMax, .ratio_max = kRatioMax}, result.plain);
  return result;
}

void check_inflate(std::string_view compressed, std::uint8_t options) {
  const auto check = (options & 1) != 0 ? TextCheck::kUtf8 : TextCheck::kNone;
  MessageInflater used;
  (void)inflate(used, compressed.substr(compressed.size() / 2), TextCheck::kNone);
  const Result second = inflate(used, compressed, check);
  MessageInflater fresh;
  const Result result = inflate(fresh, compressed, check);
  GP_ASSERT(result.fault == second.fault && result.plain == second.plain,
            "a message depends on the one before");
  GP_ASSERT(result.plain.size() <= kBytesMax, "more than the limit came out");
  if (result.plain.size() > kRatioFreeBytes)
    GP_ASSERT(result.plain.size() / kRatioMax <= compressed.size(), "more than the ratio came out");
  if (result.fault) return;
  GP_ASSERT(check == TextCheck::kNone || is_valid_utf8(result.plain), "invalid text came out");
  const std::uint8_t bits = static_cast<std::uint8_t>(kWindowBitsMin + (options >> 1) % 8);
  MessageDeflater deflater(bits);
  MessageInflater narrow(bits);
  for (int i = 0; i < 2; ++i) {
    std::string again;
    std::string back;
    deflater.deflate(result.plain, ContextTakeover::kYes, again);
    const auto fault = narrow.inflate(again, ContextTakeover::kYes, TextCheck::kNone,
                                      {.bytes_max = kBytesMax}, back);
    GP_ASSERT(!fault && back == result.plain, "what was deflated does not inflate");
  }
}

void check_negotiation(std::string_view value, std::uint8_t options) {
  const HttpHeaders headers{{std::string(kExtensionsHeader), std::string(value)}};
  const auto offers = parse_extensions(headers);
  if (offers.has_error()) return;
  const auto takeover = (options & 1) != 0 ? ContextTakeover::kYes : ContextTakeover::kNo;
  (void)check_deflate_answer(headers, DeflateOffer{});
  const auto agreed = accept_deflate(offers.value(), takeover);
  if (!agreed) return;
  const HttpHeaders answer{{std::string(kExtensionsHeader), agreed->answer}};
  const auto seen = check_deflate_answer(answer, DeflateOffer{});
  GP_ASSERT(seen.has_value() && seen.value(), "our client refuses our server's answer");
  const DeflateParameters& both = *seen.value();
  GP_ASSERT(both.server_window_bits == agreed->parameters.server_window_bits &&
                both.client_window_bits == agreed->parameters.client_window_bits &&
                both.server_takeover == agreed->parameters.server_takeover &&
                both.client_takeover == agreed->parameters.client_takeover,
            "the sides understand the answer differently");
  GP_ASSERT(takeover == ContextTakeover::kYes || both.server_takeover == ContextTakeover::kNo,
            "a context is kept that is not allowed");
  const bool bounds_client = agreed->answer.find("client_max_window_bits") != std::string::npos;
  GP_ASSERT(!bounds_client || value.find("client_max_window_bits") != std::string_view::npos,
            "the client's window is bounded, but it did not say that it can");
}

}  // namespace
}  // namespace gp::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  if ((data[0] & 1) == 0) {
    gp::net::check_inflate(rest, data[1]);
  } else {
    gp::net::check_negotiation(rest, data[1]);
  }
  return 0;
}
