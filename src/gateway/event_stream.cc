#include "gateway/event_stream.h"

namespace gp::gateway {
namespace {

class SseSink final : public chat::FrameSink {
 public:
  SseSink(std::string& out, std::size_t bytes_max) : out_(out), bytes_max_(bytes_max) {}
  bool full() const override { return out_.size() >= bytes_max_; }
  void event(Seq seq, const SharedBytes& frame) override {
    out_.append("id: ").append(std::to_string(seq.value)).append("\n");
    this->frame(frame.view());
  }
  // JSON has no line ends of its own: they are escaped inside strings, and we write none between.
  void frame(std::string_view frame) override {
    out_.append("data: ").append(frame).append("\n\n");
  }

 private:
  std::string& out_;
  std::size_t bytes_max_;
};

}  // namespace

EventStream::EventStream(chat::ChatServices& services, protocol::Dialect& dialect,
                         identity::UserExecutionContext context, log::ThreadLog& log,
                         const protocol::ThreadPosition& position)
    : core_(services.core),
      context_(std::move(context)),
      key_(log.key()),
      subscriptions_(services, dialect, *this) {
  const auto reserved = subscriptions_.reserve(log.key());
  (void)reserved;  // the first thread of a reader is never over its limit
  subscriptions_.add(log, position);
}

net::HttpResponse EventStream::head() {
  return {200,
          {{"Content-Type", "text/event-stream"},
           {"Cache-Control", "no-cache, no-transform"},
           {"X-Accel-Buffering", "no"}},
          {}};
}

void EventStream::on_started(net::HttpSession& session) {
  session_ = &session;
  session.want_flush();
}

net::SocketHandler::Fill EventStream::fill(std::string& out, std::size_t bytes_max) {
  SseSink sink(out, bytes_max);
  const bool more = subscriptions_.fill(sink);
  // The thread was deleted, and its last event said so.
  if (!subscriptions_.knows(key_) && !broken_)
    session_->socket().close_after_flush(CloseReason::finished);
  return more ? net::SocketHandler::Fill::kMore : net::SocketHandler::Fill::kDone;
}

void EventStream::want_flush() {
  if (session_ != nullptr) session_->want_flush();
}

// Real clients take a clean end for success: this one must not look like it.
// It is called while fill() is under way, and the reset destroys this stream: in a later turn.
void EventStream::on_broken(const Error& error) {
  broken_ = true;
  core_.post([this, code = error.code, token = liveness_.token()] {
    if (token.alive()) session_->socket().abort(protocol::close_reason_for(code));
  });
}

}  // namespace gp::gateway
