#include "goldenpath/check_context.h"

#include <fmt/format.h>

namespace gp::app {

using client::Deadline;
using client::Frame;
using client::Session;
using client::ThreadReader;

CheckContext::CheckContext(client::Url url, const CheckOptions& options)
    : options_(options), http_(std::move(url)), ids_(clock_, random_) {}

Result<net::HttpResponse> CheckContext::request(std::string_view method, const std::string& path,
                                                const std::string& token, std::string body) const {
  return http_.send({std::string(method), path, token, std::move(body)}, deadline_);
}

Result<net::HttpResponse> CheckContext::request_expecting(int status, std::string_view method,
                                                          const std::string& path,
                                                          std::string body) const {
  GP_TRY(auto response, request(method, path, first_user.token, std::move(body)));
  if (response.status != status)
    return fail_check(fmt::format("{} {}: expected {}, came {}: {}", method, path, status,
                                  response.status, response.body.substr(0, 200)));
  return response;
}

Result<client::WebSocketClient::Opened> CheckContext::open_socket(
    const client::WebSocketRequest& request) {
  return client::WebSocketClient::open(http_.url(), request, random_, deadline_);
}

Result<Session> CheckContext::open_tab(const CheckUser& user, std::string_view query) {
  return Session::open(http_.url(), {.path = "/ws" + std::string(query), .token = user.token},
                       random_, deadline_);
}

Result<Frame> CheckContext::command(Session& tab, std::string_view type, Fill fill) {
  const std::string id = ids_.make("cmd_");
  const std::string json = json_object([&](protocol::JsonWriter& writer) {
    writer.field("type", type).field("id", id);
    if (fill) fill(writer);
  });
  return tab.command(json, id, deadline_);
}

Result<Frame> CheckContext::acked(Session& tab, std::string_view type, Fill fill) {
  GP_TRY(auto answer, command(tab, type, std::move(fill)));
  if (answer.type != "ack")
    return fail_check(fmt::format("{}: expected ack, came {}", type, shown(answer)));
  return answer;
}

Result<std::string> CheckContext::create_thread(Session& tab) {
  std::string thread_id = ids_.thread().str();
  remember_thread(thread_id);
  GP_TRY(acked(tab, "create_thread", [&](protocol::JsonWriter& writer) {
    writer.field("thread_id", thread_id).field("title", "goldenpath check");
  }));
  return thread_id;
}

Result<> CheckContext::subscribe(Session& tab, ThreadReader& reader) {
  return tab.subscribe(reader, ids_.make("cmd_"), deadline_);
}

Result<Frame> CheckContext::send_message(Session& tab, const std::string& thread_id,
                                         const std::string& message_id, std::string_view content) {
  GP_TRY(auto ack, acked(tab, "user_message", [&](protocol::JsonWriter& writer) {
           writer.field("message_id", message_id).field("thread_id", thread_id);
           writer.field("content", content);
         }));
  if (ack.run_id.empty() || ack.seq == 0 || ack.message_id != message_id ||
      ack.thread_id != thread_id)
    return fail_check("expected an ack with thread_id, message_id, run_id and seq, came " +
                      ack.text);
  return ack;
}

Result<const client::RunView*> CheckContext::await_end(Session& tab, const ThreadReader& reader,
                                                       const std::string& run_id) {
  const auto is_over = [&] {
    const client::RunView* const run = reader.run(run_id);
    return run != nullptr && run->over();
  };
  GP_TRY(tab.until(is_over, deadline_, "the terminal event of run " + run_id));
  const client::RunView* const run = reader.run(run_id);
  if (!run->terminal)
    return fail_check("the run's end came in a snapshot, not as an event: the log was cut off");
  return run;
}

Result<> CheckContext::stay_quiet(Session& tab, Duration time) {
  const Deadline end = Deadline::in(time);
  for (;;) {
    GP_TRY(auto frame, tab.next(end));
    if (!frame) return ok();
  }
}

std::string json_object(UniqueFunction<void(protocol::JsonWriter&)> fill) {
  std::string json;
  protocol::JsonWriter writer(json);
  writer.begin_object();
  fill(writer);
  writer.end_object();
  return json;
}

std::string shown(const Frame& frame) {
  if (frame.type == "error") return fmt::format("error {} ({})", frame.code, frame.message);
  return frame.type;
}

}  // namespace gp::app
