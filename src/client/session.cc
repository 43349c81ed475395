#include "client/session.h"

#include <fmt/format.h>

#include "protocol/json_writer.h"

namespace gp::client {
namespace {

std::string shown(const Frame& frame) {
  if (frame.type == "error") return fmt::format("error {} ({})", frame.code, frame.message);
  return frame.seq > 0 ? fmt::format("{} with seq {}", frame.type, frame.seq) : frame.type;
}

Code code_of_close(std::uint16_t close_code) {
  for (const protocol::CodeInfo& info : protocol::all_codes()) {
    if (info.close_code == close_code) return info.code;
  }
  return Code::going_away;
}

}  // namespace

Result<Session> Session::open(const Url& url, const WebSocketRequest& request, Random& random,
                              Deadline deadline) {
  GP_TRY(auto socket, WebSocketClient::connect(url, request, random, deadline));
  Session session(std::move(socket));
  GP_TRY(auto first, session.next(deadline));
  if (!first) return fail(Code::request_timeout, "expected welcome, nothing came in time");
  if (first->type != "welcome")
    return fail(Code::protocol_error,
                fmt::format("expected welcome as the first frame, came {}", shown(*first)));
  session.welcome_ = std::move(*first);
  return session;
}

Result<std::optional<Frame>> Session::next(Deadline deadline) {
  const Incoming incoming = socket_.receive(deadline);
  switch (incoming.kind) {
    case Incoming::Kind::kTimeout: return std::optional<Frame>();
    case Incoming::Kind::kBinary:
      return fail(Code::protocol_error, "the server sent a binary message");
    case Incoming::Kind::kClosed:
      return fail(code_of_close(incoming.close_code),
                  fmt::format("the connection was closed with {} ({})", incoming.close_code,
                              incoming.cause.empty() ? "no reason given" : incoming.cause));
    case Incoming::Kind::kText: break;
  }
  GP_TRY(auto frame, frames_.read(incoming.text));
  if (frame.event) ++events_;
  events_ += frame.events.size();
  const std::string& thread_id =
      frame.events.empty() ? frame.thread_id : frame.events.front().thread_id;
  if (const auto reader = readers_.find(thread_id); reader != readers_.end()) {
    GP_TRY(reader->second->take(frame));
  }
  last_type_ = shown(frame);
  return std::optional(std::move(frame));
}

Result<Frame> Session::await(Wanted wanted, Deadline deadline, std::string_view what) {
  for (;;) {
    GP_TRY(auto frame, next(deadline));
    if (!frame)
      return fail(Code::request_timeout,
                  fmt::format("expected {}, which did not come in time; the last frame was {}",
                              what, last_type_));
    if (wanted(*frame)) return std::move(*frame);
  }
}

Result<Frame> Session::command(std::string_view json, std::string_view id, Deadline deadline) {
  GP_TRY(send(json, deadline));
  return await(
      [id](const Frame& frame) {
        return frame.id == id && (frame.type == "ack" || frame.type == "error");
      },
      deadline, fmt::format("the answer to the command {}", json.substr(0, 120)));
}

Result<> Session::subscribe(ThreadReader& reader, std::string_view id, Deadline deadline) {
  std::string json;
  protocol::JsonWriter writer(json);
  writer.begin_object().field("type", "subscribe").field("id", id);
  writer.field("thread_id", reader.thread_id()).field("after", reader.seq());
  writer.field_unless_empty("epoch", reader.epoch()).end_object();
  readers_.erase(reader.thread_id());
  GP_TRY(auto answer, command(json, id, deadline));
  if (answer.type != "ack")
    return fail(Code::protocol_error, fmt::format("subscribe to {}: expected ack, came {}",
                                                  reader.thread_id(), shown(answer)));
  watch(reader);
  const std::uint64_t before = reader.caught_up_count();
  return until([&] { return reader.caught_up_count() > before; }, deadline,
               "caught_up after subscribe");
}

Result<> Session::until(UniqueFunction<bool()> done, Deadline deadline, std::string_view what) {
  while (!done()) {
    GP_TRY(auto frame, next(deadline));
    if (!frame)
      return fail(Code::request_timeout,
                  fmt::format("expected {}, which did not come in time; the last frame was {}",
                              what, last_type_));
  }
  return ok();
}

}  // namespace gp::client
