#include "client/websocket_client.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/encoding.h"
#include "net/http_response_parser.h"
#include "net/websocket_handshake.h"
#include "protocol/codes.h"

namespace gp::client {
namespace {

constexpr std::uint16_t kAbnormal = 1006;
/// A pong or close frame is small; a peer that takes none for so long is gone.
constexpr auto kControlTime = std::chrono::seconds(2);

net::UpgradeOffer offer_of(const Url& url, const WebSocketRequest& request, Random& random) {
  net::UpgradeOffer offer{url.authority(),   url.target(request.path), net::make_key(random),
                          request.protocols, request.headers,          request.deflate};
  if (request.token.empty()) return offer;
  if (request.token_by == TokenBy::kAuthorization)
    offer.headers.push_back({"Authorization", "Bearer " + request.token});
  if (request.token_by == TokenBy::kSubprotocol)
    offer.protocols.push_back("jwt." + base64url_encode(request.token));
  return offer;
}

/// As the caller can use it: get a token, try later, or mend the address.
Code code_of(int status) {
  if (status == 401 || status == 403) return Code::unauthenticated;
  return status == 429 || status >= 500 ? Code::overloaded : Code::upgrade_required;
}

}  // namespace

net::Next WebSocketClient::Inbox::on_message(net::MessageKind kind, std::string_view payload) {
  arrived.push_back(
      {kind == net::MessageKind::kText ? Incoming::Kind::kText : Incoming::Kind::kBinary,
       std::string(payload)});
  return net::Next::kGoOn;
}

net::Next WebSocketClient::Inbox::on_ping(std::string_view payload) {
  pings.emplace_back(payload);
  return net::Next::kGoOn;
}

void WebSocketClient::Inbox::on_close(net::CloseStatus status, std::string_view reason) {
  arrived.push_back(
      {Incoming::Kind::kClosed, {}, static_cast<std::uint16_t>(status), std::string(reason)});
}

std::optional<net::InflateFault> WebSocketClient::Inbox::inflate(net::MessageKind kind,
                                                                 std::string_view compressed,
                                                                 std::size_t bytes_max,
                                                                 std::string& out) {
  const bool text = kind == net::MessageKind::kText;
  return inflater->inflate(compressed, takeover,
                           text ? net::TextCheck::kUtf8 : net::TextCheck::kNone,
                           {.bytes_max = bytes_max}, out);
}

WebSocketClient::WebSocketClient(TcpStream stream, net::UpgradeAnswer answer, Random& random)
    : stream_(std::move(stream)),
      subprotocol_(std::move(answer.protocol)),
      random_(&random),
      parser_({net::WebSocketRole::kClient, kMessageBytesMax,
               answer.deflate ? net::FrameExtension::kDeflate : net::FrameExtension::kNone}) {
  if (!answer.deflate) return;
  inbox_.takeover = answer.deflate->server_takeover;
  inbox_.inflater.emplace(answer.deflate->server_window_bits);
}

Result<WebSocketClient::Opened> WebSocketClient::open(const Url& url,
                                                      const WebSocketRequest& request,
                                                      Random& random, Deadline deadline) {
  const net::UpgradeOffer offer = offer_of(url, request, random);
  GP_TRY(auto stream, TcpStream::connect(url, deadline));
  GP_TRY(stream.send_all(net::upgrade_request(offer), deadline));
  net::HttpResponseParser parser(net::HttpLimits{}, "GET");
  std::array<char, 16384> buffer;
  std::size_t size = 0;
  std::size_t consumed = 0;
  while (!parser.complete()) {
    const TcpStream::Received got = stream.receive(buffer, deadline);
    if (got.kind == TcpStream::Received::Kind::kTimeout)
      return fail(Code::request_timeout, "no answer to the WebSocket handshake in time");
    if (got.kind != TcpStream::Received::Kind::kBytes) {
      if (got.kind == TcpStream::Received::Kind::kCut || !parser.feed_end())
        return fail(Code::going_away,
                    "the connection ended inside the WebSocket handshake: " + got.reason);
      break;
    }
    size = got.size;
    GP_TRY(auto progress, parser.feed({buffer.data(), size}));
    consumed = progress.consumed;
  }
  Opened opened{parser.take_response(), std::nullopt};
  if (opened.response.status != 101) return opened;
  GP_TRY(auto answer, net::check_upgrade_response(opened.response, offer));
  opened.client = WebSocketClient(std::move(stream), std::move(answer), random);
  opened.client->take_bytes(std::span(buffer).subspan(consumed, size - consumed));
  return opened;
}

Result<WebSocketClient> WebSocketClient::connect(const Url& url, const WebSocketRequest& request,
                                                 Random& random, Deadline deadline) {
  GP_TRY(auto opened, open(url, request, random, deadline));
  if (!opened.client)
    return fail(code_of(opened.response.status),
                fmt::format("the WebSocket handshake was answered with {} {}: {}",
                            opened.response.status, net::reason_phrase(opened.response.status),
                            opened.response.body.substr(0, 300)));
  return std::move(*opened.client);
}

Result<> WebSocketClient::send_frame(net::Opcode opcode, std::string_view payload,
                                     Deadline deadline) {
  std::string bytes;
  net::append_masked_frame(bytes, opcode, payload, static_cast<std::uint32_t>(random_->next()));
  return stream_.send_all(bytes, deadline);
}

Result<> WebSocketClient::send_text(std::string_view text, Deadline deadline) {
  return send_frame(net::Opcode::kText, text, deadline);
}

Result<> WebSocketClient::send_binary(std::string_view bytes, Deadline deadline) {
  return send_frame(net::Opcode::kBinary, bytes, deadline);
}

Result<> WebSocketClient::send_raw(std::string_view bytes, Deadline deadline) {
  return stream_.send_all(bytes, deadline);
}

Result<> WebSocketClient::send_close(net::CloseStatus status, std::string_view reason,
                                     Deadline deadline) {
  return send_frame(net::Opcode::kClose, net::close_payload(status, reason), deadline);
}

Incoming WebSocketClient::receive(Deadline deadline) {
  std::array<char, 65536> buffer;
  for (;;) {
    if (!inbox_.arrived.empty()) {
      Incoming first = std::move(inbox_.arrived.front());
      inbox_.arrived.pop_front();
      if (first.kind != Incoming::Kind::kClosed) return first;
      closed_ = std::move(first);
    }
    if (closed_) return *closed_;
    const TcpStream::Received got = stream_.receive(buffer, deadline);
    if (got.kind == TcpStream::Received::Kind::kTimeout) return {};
    if (got.kind == TcpStream::Received::Kind::kBytes)
      take_bytes(std::span(buffer).first(got.size));
    else
      end(kAbnormal, "no close frame: " + got.reason);
  }
}

void WebSocketClient::take_bytes(std::span<char> bytes) {
  const auto failure = parser_.consume(bytes.data(), bytes.size(), inbox_);
  for (const std::string& ping : std::exchange(inbox_.pings, {})) {
    // A failure shows in the next read.
    (void)send_frame(net::Opcode::kPong, ping, Deadline::in(kControlTime));
  }
  if (failure) {
    const std::uint16_t code = protocol::info(failure->code).close_code;
    (void)send_close(static_cast<net::CloseStatus>(code), failure->reason,
                     Deadline::in(kControlTime));
    end(code, fmt::format("the peer broke RFC 6455: {}", failure->reason));
  } else if (parser_.close_received()) {
    // Section 5.5.1: the close frame is answered with one; harmless if ours came first.
    (void)send_close(net::CloseStatus::kNormal, {}, Deadline::in(kControlTime));
    stream_.close();
  }
}

void WebSocketClient::end(std::uint16_t close_code, std::string cause) {
  inbox_.arrived.push_back({Incoming::Kind::kClosed, {}, close_code, std::move(cause)});
  stream_.close();
}

void WebSocketClient::cut() {
  stream_.cut();
  inbox_.arrived.clear();
  closed_ = Incoming{Incoming::Kind::kClosed, {}, kAbnormal, "it was cut here"};
}

}  // namespace gp::client
