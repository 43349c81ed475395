#include "gateway/client_api.h"

#include <charconv>

#include "chat/results.h"
#include "gateway/event_stream.h"
#include "net/http_error.h"
#include "protocol/json_writer.h"

namespace gp::gateway {
namespace {

namespace results = chat::results;

/// A completion that answers with `status` and what `to_json` makes of the value, or with the
/// error.
template <class T, class ToJson>
Completion<Result<T>> answer(net::HttpReply reply, int status, ToJson to_json) {
  return
      [reply = std::move(reply), status, to_json = std::move(to_json)](Result<T> result) mutable {
        if (result.has_error()) return reply.send(net::error_response(result.error()));
        reply.send(net::json_response(status, to_json(result.value())));
      };
}

std::string object(std::string members) { return "{" + std::move(members) + "}"; }

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<protocol::PageRequest> page_of(const net::HttpRequest& request) {
  protocol::PageRequest page;
  page.cursor = request.query_parameter("cursor").value_or("");
  if (const auto limit = request.query_parameter("limit")) {
    const auto number = parse_number(*limit);
    if (!number || *number == 0)
      return fail(Code::bad_request, "limit: must be a number from 1 to 200");
    page.limit = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(*number, protocol::GoldenpathV1::kPageMax));
  }
  return page;
}

/// Where an SSE reader wants to begin: Last-Event-ID (an automatic reconnect) before `after`.
Result<protocol::ThreadPosition> position_of(const net::HttpRequest& request,
                                             const ThreadId& thread_id) {
  protocol::ThreadPosition position{thread_id, Seq{0}};
  std::string text(request.header("Last-Event-ID").value_or(std::string_view{}));
  if (text.empty()) text = request.query_parameter("after").value_or("0");
  if (text == "now") {
    position.after.reset();
    return position;
  }
  const auto number = parse_number(text);
  if (!number) return fail(Code::bad_request, "after: must be a seq or \"now\"");
  position.after = Seq{*number};
  position.epoch = Epoch(request.query_parameter("epoch").value_or(""));
  return position;
}

}  // namespace

template <class Body>
Result<Body> ClientApi::decode(std::string_view type, const ApiCall& call,
                               protocol::PathMember path_member) {
  GP_TRY(auto body, dialect_.decode_body(type, call.request.body, path_member));
  return std::get<Body>(std::move(body));
}

void ClientApi::list_threads(ApiCall call) {
  auto page = page_of(call.request);
  if (page.has_error()) return call.reply.send(net::error_response(page.error()));
  chat_.threads.list_threads(
      call.context, {std::move(page.value())},
      answer<store::ThreadPage>(std::move(call.reply), 200, [](const auto& threads) {
        return object(results::threads(threads));
      }));
}

void ClientApi::create_thread(ApiCall call) {
  auto request = decode<protocol::CreateThread>("create_thread", call, {});
  if (request.has_error()) return call.reply.send(net::error_response(request.error()));
  chat_.threads.create_thread(
      call.context, std::move(request.value()),
      [reply = std::move(call.reply)](Result<store::CreatedThread> created) mutable {
        if (created.has_error()) return reply.send(net::error_response(created.error()));
        const bool made = created.value().how == store::CreatedThread::How::kMade;
        reply.send(
            net::json_response(made ? 201 : 200, results::thread_object(created.value().thread)));
      });
}

void ClientApi::get_thread(ApiCall call) {
  chat_.threads.find_thread(
      call.context, ThreadId(call.parameters.at(0)),
      answer<protocol::Thread>(std::move(call.reply), 200, results::thread_object));
}

void ClientApi::rename_thread(ApiCall call) {
  auto request =
      decode<protocol::RenameThread>("rename_thread", call, {"thread_id", call.parameters.at(0)});
  if (request.has_error()) return call.reply.send(net::error_response(request.error()));
  chat_.threads.rename_thread(
      call.context, std::move(request.value()),
      answer<protocol::Thread>(std::move(call.reply), 200, results::thread_object));
}

void ClientApi::delete_thread(ApiCall call) {
  chat_.threads.delete_thread(call.context, {ThreadId(call.parameters.at(0))},
                              [reply = std::move(call.reply)](Result<> deleted) mutable {
                                if (deleted.has_error())
                                  return reply.send(net::error_response(deleted.error()));
                                reply.send(net::HttpResponse{204, {}, {}});
                              });
}

void ClientApi::list_messages(ApiCall call) {
  auto page = page_of(call.request);
  if (page.has_error()) return call.reply.send(net::error_response(page.error()));
  chat_.threads.history(
      call.context, {ThreadId(call.parameters.at(0)), std::move(page.value())},
      answer<store::MessagePage>(std::move(call.reply), 200, [](const auto& messages) {
        return object(results::messages(messages));
      }));
}

void ClientApi::send_message(ApiCall call) {
  auto message =
      decode<protocol::UserMessage>("user_message", call, {"thread_id", call.parameters.at(0)});
  if (message.has_error()) return call.reply.send(net::error_response(message.error()));
  chat_.threads.send_message(
      call.context, std::move(message.value()),
      answer<chat::MessageAck>(std::move(call.reply), 202,
                               [](const auto& ack) { return object(results::message_ack(ack)); }));
}

void ClientApi::stream_events(ApiCall call) {
  const ThreadId thread_id(call.parameters.at(0));
  auto key = identity::ThreadKey::of(call.context, thread_id);
  if (key.has_error()) return call.reply.send(net::error_response(key.error()));
  auto position = position_of(call.request, thread_id);
  if (position.has_error()) return call.reply.send(net::error_response(position.error()));
  chat_.connections.open_thread(
      key.value(), [this, context = std::move(call.context), position = std::move(position.value()),
                    reply = std::move(call.reply)](Result<log::ThreadLog*> log) mutable {
        if (log.has_error()) return reply.send(net::error_response(log.error()));
        net::HttpSession* session = reply.take_session();
        if (session == nullptr) return;
        session->start_stream(EventStream::head(), std::make_unique<EventStream>(
                                                       chat_.services, dialect_, std::move(context),
                                                       *log.value(), position));
      });
}

void ClientApi::get_run(ApiCall call) {
  chat_.threads.find_run(call.context, RunId(call.parameters.at(0)),
                         answer<protocol::Run>(std::move(call.reply), 200, results::run_object));
}

void ClientApi::stop_run(ApiCall call) {
  auto stop = decode<protocol::Stop>("stop", call, {"run_id", call.parameters.at(0)});
  if (stop.has_error()) return call.reply.send(net::error_response(stop.error()));
  auto stopped = chat_.threads.stop(call.context, stop.value());
  if (stopped.has_error()) return call.reply.send(net::error_response(stopped.error()));
  call.reply.send(net::json_response(202, results::run_object(stopped.value())));
}

}  // namespace gp::gateway
