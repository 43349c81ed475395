#include "gateway/websocket_route.h"

#include <algorithm>
#include <charconv>

namespace gp::gateway {
namespace {

class WebSocketSink final : public chat::FrameSink {
 public:
  explicit WebSocketSink(net::WebSocketWriter& writer) : writer_(writer) {}
  bool full() const override { return writer_.full(); }
  void event(Seq, const SharedBytes& frame) override { writer_.shared_text(frame); }
  void frame(std::string_view frame) override { writer_.text(frame); }

 private:
  net::WebSocketWriter& writer_;
};

std::string_view take_until(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

Result<protocol::ThreadPosition> parse_position(std::string_view item) {
  std::string shown(item.substr(0, 160));
  // It was percent-decoded and may be no UTF-8.
  std::ranges::replace_if(
      shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  const std::string_view thread_id = take_until(item, ':');
  const std::string_view seq_text = take_until(item, ':');
  protocol::ThreadPosition position{ThreadId(std::string(thread_id)), Seq{0},
                                    Epoch(std::string(item))};
  if (seq_text == "now") {
    position.after.reset();
    return position;
  }
  const auto [end, error] =
      std::from_chars(seq_text.data(), seq_text.data() + seq_text.size(), position.after->value);
  if (thread_id.empty() || seq_text.empty() || error != std::errc{} ||
      end != seq_text.data() + seq_text.size())
    return fail(Code::invalid_command,
                "after: \"" + shown + "\" is not thread:seq, thread:seq:epoch, thread:now or *");
  return position;
}

}  // namespace

Code close_code_for(Code code) {
  return protocol::info(code).close_code == 0 ? Code::internal : code;
}

Result<WebSocketPlan> plan_from_query(const std::optional<std::string>& after,
                                      const std::optional<std::string>& resume) {
  WebSocketPlan plan;
  if (after && !after->empty()) {
    std::string_view rest = *after;
    while (!rest.empty()) {
      const std::string_view item = take_until(rest, ',');
      if (item == "*") {
        plan.subscribe.all = protocol::AllThreads::kYes;
        continue;
      }
      GP_TRY(auto position, parse_position(item));
      plan.subscribe.threads.push_back(std::move(position));
    }
    return plan;
  }
  const bool waits = resume && !resume->empty() && *resume != "0";
  if (!waits) plan.subscribe.all = protocol::AllThreads::kYes;
  return plan;
}

void ChatEndpoint::on_opened(net::WebSocketSession& session) {
  session_ = &session;
  connection_ = &connections_.open(std::move(*opening_), dialect_, *this);
  opening_.reset();
}

void ChatEndpoint::on_message(net::MessageKind kind, std::string_view payload) {
  if (kind == net::MessageKind::kText) {
    connection_->on_text(payload);
  } else {
    connection_->on_binary();
  }
}

net::SocketHandler::Fill ChatEndpoint::fill(net::WebSocketWriter& writer) {
  WebSocketSink sink(writer);
  return connection_->fill(sink) ? net::SocketHandler::Fill::kMore
                                 : net::SocketHandler::Fill::kDone;
}

void ChatEndpoint::on_closed(Code reason) {
  connections_.close(*connection_, closing_ ? close_code_ : reason);
}

void ChatEndpoint::close(Code code, std::string_view reason) {
  closing_ = true;
  close_code_ = close_code_for(code);
  session_->close(close_code_, reason);
}

LobbyEndpoint::LobbyEndpoint(runtime::Core& core, protocol::Dialect& dialect, Duration timeout,
                             OnToken on_token)
    : dialect_(dialect), timeout_(timeout), on_token_(std::move(on_token)), timer_(core) {}

void LobbyEndpoint::on_opened(net::WebSocketSession& session) {
  session_ = &session;
  timer_.arm(timeout_, [this] {
    refuse(Error{Code::unauthenticated,
                 "no token came: send {\"type\":\"auth\",\"token\":\"…\"} as the first frame"});
  });
}

void LobbyEndpoint::on_message(net::MessageKind kind, std::string_view payload) {
  if (done_) return;
  if (kind != net::MessageKind::kText)
    return refuse(Error{Code::unauthenticated, "the first frame must be an auth command"});
  protocol::Command command = dialect_.decode(payload);
  if (command.body.has_error())
    return refuse(Error{Code::unauthenticated, command.body.error().message});
  const auto* auth = std::get_if<protocol::Authenticate>(&command.body.value());
  if (auth == nullptr)
    return refuse(Error{Code::unauthenticated, "the first frame must be an auth command"});
  timer_.cancel();
  auto accepted = on_token_(*session_, auth->token);
  done_ = true;
  if (accepted.has_error()) {
    done_ = false;
    refuse(accepted.error());
  }
}

void LobbyEndpoint::refuse(const Error& error) {
  if (std::exchange(done_, true)) return;
  timer_.cancel();
  farewell_ = dialect_.error({}, error);
  session_->close(close_code_for(error.code), error.message);
}

net::SocketHandler::Fill LobbyEndpoint::fill(net::WebSocketWriter& writer) {
  if (!farewell_.empty()) writer.text(std::exchange(farewell_, {}));
  return net::SocketHandler::Fill::kDone;
}

void RefusalEndpoint::on_opened(net::WebSocketSession& session) {
  session.close(close_code_for(error_.code), error_.message);
}

net::SocketHandler::Fill RefusalEndpoint::fill(net::WebSocketWriter& writer) {
  writer.text(dialect_.error({}, error_));
  return net::SocketHandler::Fill::kDone;
}

}  // namespace gp::gateway
