#include "net/websocket_handshake.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/assert.h"
#include "base/encoding.h"

namespace gp::net {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view kVersion = "13";
constexpr std::size_t kKeyBytes = 16;

bool is_base64_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

/// 16 bytes are always 22 characters and "==".
bool is_key(std::string_view key) {
  return key.size() == 24 && key.ends_with("==") &&
         std::ranges::all_of(key.substr(0, 22), is_base64_character);
}

Result<std::vector<std::string>> offered_protocols(const HttpHeaders& headers) {
  std::vector<std::string> protocols;
  for (const std::string_view protocol : list_elements(headers, "Sec-WebSocket-Protocol")) {
    if (!is_token(protocol))
      return fail(Code::bad_request,
                  "Sec-WebSocket-Protocol: an element is not a token; send token, token, …");
    if (std::ranges::find(protocols, protocol) != protocols.end())
      return fail(Code::bad_request,
                  "Sec-WebSocket-Protocol: an element comes twice; offer each once");
    protocols.emplace_back(protocol);
  }
  return protocols;
}

}  // namespace

bool wants_websocket(const HttpRequest& request) {
  return has_list_token(request.headers, "Upgrade", "websocket");
}

Result<Upgrade> check_upgrade(const HttpRequest& request) {
  if (!wants_websocket(request))
    return fail(Code::upgrade_required,
                "no Upgrade: websocket header; connect with a WebSocket client");
  if (request.method != "GET")
    return fail(Code::method_not_allowed, "a WebSocket is opened with GET");
  if (request.version != HttpVersion::kHttp11)
    return fail(Code::bad_request, "a WebSocket is opened with HTTP/1.1");
  if (!has_list_token(request.headers, "Connection", "upgrade"))
    return fail(
        Code::bad_request,
        "no Connection: upgrade header; a proxy on the way may need to be told to pass it on");
  if (count_header(request.headers, "Sec-WebSocket-Version") != 1 ||
      request.header("Sec-WebSocket-Version") != kVersion)
    return fail(Code::upgrade_required, "Sec-WebSocket-Version must be 13, once");
  const auto key = request.header("Sec-WebSocket-Key");
  if (count_header(request.headers, "Sec-WebSocket-Key") != 1 || !is_key(*key))
    return fail(Code::bad_request, "Sec-WebSocket-Key must be 16 bytes in base64, once");
  if (!request.body.empty())
    return fail(Code::bad_request, "a request for a WebSocket has no body");
  GP_TRY(auto protocols, offered_protocols(request.headers));
  GP_TRY(auto extensions, parse_extensions(request.headers));
  return Upgrade{std::string(*key), std::move(protocols), std::move(extensions)};
}

HttpHeaders upgrade_required_headers() {
  return {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", std::string(kVersion)}};
}

std::string accept_key(std::string_view key) {
  std::string text(key);
  text += kGuid;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const int done = EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  GP_ASSERT(done == 1, "this OpenSSL has no SHA-1, which RFC 6455 needs");
  return base64_encode({reinterpret_cast<const char*>(digest.data()), size});
}

std::string switching_protocols_response(std::string_view key, std::string_view subprotocol,
                                         std::string_view extensions) {
  std::string out = fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Accept: {}\r\n",
      accept_key(key));
  if (!subprotocol.empty()) {
    GP_ASSERT(is_token(subprotocol), "a subprotocol is one of those check_upgrade() gave");
    out += fmt::format("Sec-WebSocket-Protocol: {}\r\n", subprotocol);
  }
  if (!extensions.empty()) out += fmt::format("{}: {}\r\n", kExtensionsHeader, extensions);
  out += "\r\n";
  return out;
}

std::string make_key(Random& random) {
  std::array<std::byte, kKeyBytes> bytes;
  random.fill(bytes);
  return base64_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string upgrade_request(const UpgradeOffer& offer) {
  std::string out = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Version: {}\r\n"
      "Sec-WebSocket-Key: {}\r\n",
      offer.target, offer.host, kVersion, offer.key);
  if (!offer.protocols.empty())
    out += fmt::format("Sec-WebSocket-Protocol: {}\r\n", fmt::join(offer.protocols, ", "));
  if (offer.deflate)
    out += fmt::format("{}: {}\r\n", kExtensionsHeader, deflate_offer(*offer.deflate));
  for (const HttpHeader& header : offer.headers)
    out += fmt::format("{}: {}\r\n", header.name, header.value);
  out += "\r\n";
  return out;
}

Result<UpgradeAnswer> check_upgrade_response(const HttpResponse& response,
                                             const UpgradeOffer& offer) {
  if (response.status != 101)
    return fail(Code::upgrade_required,
                fmt::format("the server answered {} {} instead of 101", response.status,
                            reason_phrase(response.status)));
  if (!has_list_token(response.headers, "Upgrade", "websocket") ||
      !has_list_token(response.headers, "Connection", "upgrade"))
    return fail(Code::protocol_error,
                "the 101 answer lacks Upgrade: websocket or Connection: upgrade");
  if (count_header(response.headers, "Sec-WebSocket-Accept") != 1 ||
      response.header("Sec-WebSocket-Accept") != accept_key(offer.key))
    return fail(Code::protocol_error,
                "Sec-WebSocket-Accept does not answer our key; is a cache in between?");
  GP_TRY(const auto deflate, check_deflate_answer(response.headers, offer.deflate));
  const auto protocol = response.header("Sec-WebSocket-Protocol");
  if (!protocol) return UpgradeAnswer{{}, deflate};
  if (count_header(response.headers, "Sec-WebSocket-Protocol") != 1 ||
      std::ranges::find(offer.protocols, *protocol) == offer.protocols.end())
    return fail(Code::protocol_error, "the server selected a subprotocol that was not offered");
  return UpgradeAnswer{std::string(*protocol), deflate};
}

}  // namespace gp::net
