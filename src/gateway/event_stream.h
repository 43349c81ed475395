/// EventStream: the events of one thread as Server-Sent Events: a cursor, like every reader.
///
/// Events carry `id:` (their seq); the frames snapshot and caught_up come without one, so
/// Last-Event-ID stays right. Owner: an HttpSession. Thread: its core. Source: WHATWG HTML,
/// section 9.2.
#pragma once

#include "chat/core_chat.h"
#include "net/http_session.h"
#include "protocol/goldenpath_v1.h"

namespace gp::gateway {

class EventStream final : public net::ResponseStream, private chat::Subscriptions::Owner {
 public:
  EventStream(chat::ChatServices& services, protocol::Dialect& dialect,
              identity::UserExecutionContext context, log::ThreadLog& log,
              const protocol::ThreadPosition& position);

  /// The head of the answer, with what keeps proxies from buffering it.
  static net::HttpResponse head();

 private:
  void on_started(net::HttpSession& session) override;
  net::SocketHandler::Fill fill(std::string& out, std::size_t bytes_max) override;
  void want_flush() override;
  void on_broken(const Error& error) override;

  runtime::Core& core_;
  identity::UserExecutionContext context_;
  identity::ThreadKey key_;
  chat::Subscriptions subscriptions_;
  bool broken_ = false;
  runtime::Liveness liveness_;
  net::HttpSession* session_ = nullptr;
};

}  // namespace gp::gateway
