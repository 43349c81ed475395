/// LoopbackServer: a tiny HTTP server for this room's tests, on a free loopback port and on the
/// loop of the core under test. It answers every request with the bytes it is told, piece by piece,
/// and counts what its peers do.
#pragma once

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_function.h"

namespace gp::agent_http {

struct LoopbackReply {
  enum class After { kKeepAlive, kClose, kReset, kHold };
  std::vector<std::string> pieces;  ///< each is written in a turn of its own
  After after = After::kKeepAlive;
};

class LoopbackServer {
 public:
  using tcp = boost::asio::ip::tcp;
  using Respond = UniqueFunction<LoopbackReply(const std::string& request)>;

  LoopbackServer(boost::asio::io_context& io, Respond respond)
      : acceptor_(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
        respond_(std::move(respond)) {
    accept();
  }

  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/v1";
  }
  std::size_t connections() const { return sessions_.size(); }

  std::vector<std::string> requests;  ///< head and body of each, in order
  std::size_t closed_by_peer = 0;
  std::size_t pieces_written = 0;

 private:
  struct Session {
    explicit Session(tcp::socket accepted) : socket(std::move(accepted)) {}
    tcp::socket socket;
    std::string input;
    LoopbackReply reply;
    std::size_t next_piece = 0;
  };

  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (error) return;
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      sessions_.push_back(std::make_unique<Session>(std::move(socket)));
      read(*sessions_.back());
      accept();
    });
  }

  void read(Session& session) {
    auto buffer = boost::asio::dynamic_buffer(session.input);
    boost::asio::async_read_until(
        session.socket, buffer, "\r\n\r\n",
        [this, &session](boost::system::error_code error, std::size_t head_bytes) {
          if (error) return peer_left(session);
          read_body(session, head_bytes + body_length(session.input));
        });
  }

  void read_body(Session& session, std::size_t wanted) {
    const std::size_t missing = wanted - std::min(wanted, session.input.size());
    boost::asio::async_read(session.socket, boost::asio::dynamic_buffer(session.input),
                            boost::asio::transfer_exactly(missing),
                            [this, &session](boost::system::error_code error, std::size_t) {
                              if (error) return peer_left(session);
                              requests.push_back(std::exchange(session.input, {}));
                              session.reply = respond_(requests.back());
                              session.next_piece = 0;
                              write(session);
                              read(session);
                            });
  }

  void write(Session& session) {
    if (session.next_piece == session.reply.pieces.size()) return finish(session);
    const std::string& piece = session.reply.pieces[session.next_piece++];
    boost::asio::async_write(session.socket, boost::asio::buffer(piece),
                             [this, &session](boost::system::error_code error, std::size_t) {
                               if (error) return;
                               ++pieces_written;
                               boost::asio::post(session.socket.get_executor(),
                                                 [this, &session] { write(session); });
                             });
  }

  void finish(Session& session) {
    boost::system::error_code ignored;
    if (session.reply.after == LoopbackReply::After::kReset)
      session.socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
    if (session.reply.after == LoopbackReply::After::kReset ||
        session.reply.after == LoopbackReply::After::kClose)
      session.socket.close(ignored);
  }

  void peer_left(Session& session) {
    if (!session.socket.is_open()) return;
    ++closed_by_peer;
    boost::system::error_code ignored;
    session.socket.close(ignored);
  }

  static std::size_t body_length(std::string_view head) {
    constexpr std::string_view kName = "Content-Length: ";
    const std::size_t at = head.find(kName);
    std::size_t length = 0;
    if (at != std::string_view::npos)
      std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), length);
    return length;
  }

  tcp::acceptor acceptor_;
  Respond respond_;
  std::vector<std::unique_ptr<Session>> sessions_;
};

inline std::string http_head(std::string_view status, std::string_view content_type) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + std::string(content_type) +
         "\r\nTransfer-Encoding: chunked\r\n\r\n";
}

/// One chunk of RFC 9112 section 7.1; an empty one is the last.
inline std::string http_chunk(std::string_view bytes) {
  char digits[16];
  char* end = std::to_chars(digits, digits + sizeof(digits), bytes.size(), 16).ptr;
  return std::string(digits, end) + "\r\n" + std::string(bytes) + "\r\n";
}

}  // namespace gp::agent_http
