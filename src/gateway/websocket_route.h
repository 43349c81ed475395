/// What stands on a WebSocket at /ws: ChatEndpoint binds a socket to its chat::Connection;
/// LobbyEndpoint waits for the token of a client that gave none with the handshake; RefusalEndpoint
/// tells a browser why it is refused, because it cannot see an HTTP status.
#pragma once

#include <vector>

#include "chat/core_chat.h"
#include "net/websocket_session.h"
#include "protocol/goldenpath_v1.h"

namespace gp::gateway {

/// What the URL of a WebSocket asks for.
struct WebSocketPlan {
  protocol::Subscribe subscribe;
};

/// `after`: "thr_a:17,thr_b:4:EPOCH,*"; `resume` non-empty: wait for a subscribe command. Errors:
/// invalid_command naming `after`.
Result<WebSocketPlan> plan_from_query(const std::optional<std::string>& after,
                                      const std::optional<std::string>& resume);

class ChatEndpoint final : public net::WebSocketEndpoint, private chat::Transport {
 public:
  ChatEndpoint(chat::ConnectionManager& connections, protocol::Dialect& dialect,
               chat::Opening opening)
      : connections_(connections),
        dialect_(dialect),
        opening_(std::make_unique<chat::Opening>(std::move(opening))) {}

 private:
  void on_opened(net::WebSocketSession& session) override;
  void on_message(net::MessageKind kind, std::string_view payload) override;
  net::SocketHandler::Fill fill(net::WebSocketWriter& writer) override;
  void on_closed(Code reason) override;
  std::string connection_id() const override {
    return connection_ == nullptr ? std::string() : connection_->context().connection_id().str();
  }

  void want_flush() override { session_->want_flush(); }
  void pause_reading() override { session_->socket().pause_reading(); }
  void close(Code code, std::string_view reason) override;

  chat::ConnectionManager& connections_;
  protocol::Dialect& dialect_;
  std::unique_ptr<chat::Opening> opening_;  ///< until opened
  net::WebSocketSession* session_ = nullptr;
  chat::Connection* connection_ = nullptr;
  Code close_code_{};
  bool closing_ = false;
};

class LobbyEndpoint final : public net::WebSocketEndpoint {
 public:
  /// Called with the first frame's token; the answer, if it is an error, is told and the connection
  /// closed.
  using OnToken = UniqueFunction<Result<>(net::WebSocketSession&, std::string_view token)>;

  LobbyEndpoint(runtime::Core& core, protocol::Dialect& dialect, Duration timeout,
                OnToken on_token);

 private:
  void on_opened(net::WebSocketSession& session) override;
  void on_message(net::MessageKind kind, std::string_view payload) override;
  net::SocketHandler::Fill fill(net::WebSocketWriter& writer) override;
  void on_closed(Code) override { timer_.cancel(); }
  void refuse(const Error& error);

  protocol::Dialect& dialect_;
  Duration timeout_;
  OnToken on_token_;
  runtime::Timer timer_;
  net::WebSocketSession* session_ = nullptr;
  std::string farewell_;
  bool done_ = false;
};

class RefusalEndpoint final : public net::WebSocketEndpoint {
 public:
  RefusalEndpoint(protocol::Dialect& dialect, Error error)
      : dialect_(dialect), error_(std::move(error)) {}

 private:
  void on_opened(net::WebSocketSession& session) override;
  void on_message(net::MessageKind, std::string_view) override {}
  net::SocketHandler::Fill fill(net::WebSocketWriter& writer) override;
  void on_closed(Code) override {}

  protocol::Dialect& dialect_;
  Error error_;
};

/// The code with which an error closes a WebSocket: its own, or `internal` if it has none.
Code close_code_for(Code code);

}  // namespace gp::gateway
