#include "net/websocket_extension.h"

#include <fmt/format.h>

#include <algorithm>

namespace gp::net {
namespace {

constexpr std::string_view kDeflate = "permessage-deflate";

/// Reads the header's grammar: tokens, quoted strings and separators with white space around them.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) { skip_space(); }

  bool at_end() const { return rest_.empty(); }
  bool take(char separator) {
    if (rest_.empty() || rest_.front() != separator) return false;
    rest_.remove_prefix(1);
    skip_space();
    return true;
  }
  /// Empty: there is no token here.
  std::string token() {
    std::size_t size = 0;
    while (size < rest_.size() && is_token(rest_.substr(size, 1))) ++size;
    std::string token(rest_.substr(0, size));
    rest_.remove_prefix(size);
    skip_space();
    return token;
  }
  /// A token, bare or in quotes; empty: neither.
  std::string value() {
    if (rest_.empty() || rest_.front() != '"') return token();
    std::string value;
    for (std::size_t at = 1; at < rest_.size(); ++at) {
      if (rest_[at] == '"') {
        rest_.remove_prefix(at + 1);
        skip_space();
        return is_token(value) ? value : std::string();
      }
      if (rest_[at] == '\\' && ++at == rest_.size()) break;
      value.push_back(rest_[at]);
    }
    return {};
  }

 private:
  void skip_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t'))
      rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

Error malformed() {
  return Error{Code::bad_request,
               "Sec-WebSocket-Extensions: send name; parameter; parameter=value, name …"};
}

Result<Extension> parse_extension(Reader& reader) {
  Extension extension{reader.token(), {}};
  if (extension.name.empty()) return malformed();
  while (reader.take(';')) {
    ExtensionParameter parameter{reader.token(), std::nullopt};
    if (parameter.name.empty()) return malformed();
    if (reader.take('=')) {
      parameter.value = reader.value();
      if (parameter.value->empty()) return malformed();
    }
    extension.parameters.push_back(std::move(parameter));
  }
  return extension;
}

/// 8 to 15 without a leading zero (section 7.1.2); 0: it is not.
std::uint8_t window_bits(std::string_view text) {
  if (text == "8") return 8;
  if (text == "9") return 9;
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5')
    return static_cast<std::uint8_t>(10 + (text[1] - '0'));
  return 0;
}

/// The parameters of one offer or answer, each checked alone.
struct Terms {
  bool server_no_takeover = false;
  bool client_no_takeover = false;
  std::optional<std::uint8_t> server_bits;
  std::optional<std::uint8_t> client_bits;
  bool client_bits_have_value = false;
};

std::optional<Terms> read_terms(const Extension& extension) {
  Terms terms;
  for (const ExtensionParameter& parameter : extension.parameters) {
    const bool flag = parameter.name == "server_no_context_takeover" ||
                      parameter.name == "client_no_context_takeover";
    if (flag) {
      bool& seen =
          parameter.name.front() == 's' ? terms.server_no_takeover : terms.client_no_takeover;
      if (seen || parameter.value) return std::nullopt;
      seen = true;
    } else if (parameter.name == "server_max_window_bits") {
      const std::uint8_t bits = parameter.value ? window_bits(*parameter.value) : 0;
      if (terms.server_bits || bits == 0) return std::nullopt;
      terms.server_bits = bits;
    } else if (parameter.name == "client_max_window_bits") {
      const std::uint8_t bits = parameter.value ? window_bits(*parameter.value) : kWindowBitsMax;
      if (terms.client_bits || bits == 0) return std::nullopt;
      terms.client_bits = bits;
      terms.client_bits_have_value = parameter.value.has_value();
    } else {
      return std::nullopt;
    }
  }
  return terms;
}

DeflateAgreement agree(const Terms& offer, ContextTakeover takeover) {
  const bool keep = takeover == ContextTakeover::kYes;
  DeflateAgreement agreed;
  DeflateParameters& parameters = agreed.parameters;
  agreed.answer = kDeflate;
  if (keep && !offer.server_no_takeover) {
    parameters.server_takeover = ContextTakeover::kYes;
  } else {
    agreed.answer += "; server_no_context_takeover";
  }
  // Without client_max_window_bits in the offer the answer must not bound the client's window.
  if (keep && !offer.client_no_takeover && offer.client_bits) {
    parameters.client_takeover = ContextTakeover::kYes;
  } else {
    agreed.answer += "; client_no_context_takeover";
  }
  parameters.server_window_bits = offer.server_bits.value_or(kWindowBitsMax);
  if (parameters.server_takeover == ContextTakeover::kYes)
    parameters.server_window_bits = std::min(parameters.server_window_bits, kTakeoverWindowBits);
  if (offer.server_bits || parameters.server_window_bits < kWindowBitsMax)
    agreed.answer += fmt::format("; server_max_window_bits={}", parameters.server_window_bits);
  if (parameters.client_takeover == ContextTakeover::kYes) {
    parameters.client_window_bits = std::min(*offer.client_bits, kTakeoverWindowBits);
    agreed.answer += fmt::format("; client_max_window_bits={}", parameters.client_window_bits);
  }
  return agreed;
}

}  // namespace

Result<std::vector<Extension>> parse_extensions(const HttpHeaders& headers) {
  std::vector<Extension> extensions;
  for (const HttpHeader& header : headers) {
    if (!equals_ignore_case(header.name, kExtensionsHeader)) continue;
    Reader reader(header.value);
    do {
      // RFC 9110 section 5.6.1: empty elements of a list are passed over.
      while (reader.take(',')) continue;
      if (reader.at_end()) break;
      GP_TRY(auto extension, parse_extension(reader));
      extensions.push_back(std::move(extension));
      if (!reader.at_end() && !reader.take(',')) return malformed();
    } while (!reader.at_end());
  }
  return extensions;
}

std::optional<DeflateAgreement> accept_deflate(const std::vector<Extension>& offers,
                                               ContextTakeover takeover) {
  for (const Extension& offer : offers) {
    if (offer.name != kDeflate) continue;
    if (const auto terms = read_terms(offer)) return agree(*terms, takeover);
  }
  return std::nullopt;
}

std::string deflate_offer(const DeflateOffer& offer) {
  std::string text(kDeflate);
  text += "; client_max_window_bits";
  if (!offer.server_takeover) text += "; server_no_context_takeover";
  if (offer.server_window_bits < kWindowBitsMax)
    text += fmt::format("; server_max_window_bits={}", offer.server_window_bits);
  return text;
}

Result<std::optional<DeflateParameters>> check_deflate_answer(
    const HttpHeaders& headers, const std::optional<DeflateOffer>& offer) {
  const auto answer = parse_extensions(headers);
  if (answer.has_error()) return fail(Code::protocol_error, answer.error().message);
  if (answer.value().empty()) return std::optional<DeflateParameters>();
  const Extension& first = answer.value().front();
  if (!offer || answer.value().size() > 1 || first.name != kDeflate)
    return fail(Code::protocol_error, "the server uses an extension that was not offered");
  const auto terms = read_terms(first);
  if (!terms || (terms->client_bits && !terms->client_bits_have_value))
    return fail(Code::protocol_error,
                "the server's answer for permessage-deflate has a wrong parameter");
  if (!offer->server_takeover && !terms->server_no_takeover)
    return fail(Code::protocol_error, "the server keeps its context, which it was asked not to");
  if (terms->server_bits.value_or(kWindowBitsMax) > offer->server_window_bits)
    return fail(Code::protocol_error, "the server's window is larger than the one asked for");
  const auto takeover = [](bool no) { return no ? ContextTakeover::kNo : ContextTakeover::kYes; };
  return std::optional(DeflateParameters{
      terms->server_bits.value_or(kWindowBitsMax), terms->client_bits.value_or(kWindowBitsMax),
      takeover(terms->server_no_takeover), takeover(terms->client_no_takeover)});
}

}  // namespace gp::net
