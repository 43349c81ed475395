#include "goldenpath/chat_session.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "client/demo_session.h"
#include "protocol/json.h"
#include "protocol/json_writer.h"

namespace gp::app {

using client::Frame;
using client::ThreadReader;
using protocol::EventType;

namespace {

constexpr std::size_t kOwnMessagesMax = 64;

Result<> expect_success(const net::HttpResponse& response, std::string_view what) {
  if (response.status / 100 == 2) return ok();
  const Code code = response.status == 401 ? Code::unauthenticated : Code::bad_request;
  return fail(code, fmt::format("{} was answered with {}: {}", what, response.status,
                                response.body.substr(0, 300)));
}

}  // namespace

ChatSession::ChatSession(client::Url url, const ChatOptions& options, ChatScreen& screen)
    : http_(std::move(url)),
      options_(options),
      screen_(screen),
      ids_(clock_, random_),
      token_(options.token),
      thread_id_(options.thread) {}

Result<> ChatSession::get_token() {
  if (!options_.token.empty()) return ok();
  GP_TRY(auto session, client::demo_session(http_, {}, deadline()));
  token_ = session.token;
  return ok();
}

Result<> ChatSession::start() {
  GP_TRY(get_token());
  const bool is_new = thread_id_.empty();
  if (is_new) thread_id_ = ids_.thread().str();
  GP_TRY(auto opened, open_thread());
  screen_.notice(fmt::format("thread {}{}", thread_id_, is_new ? "" : " (continued)"));
  GP_TRY(auto after, show_history(opened));
  reader_.emplace(thread_id_, after, ThreadReader::Keep::kNothing);
  GP_TRY(auto tab, client::Session::open(http_.url(), {.path = "/ws?resume=1", .token = token_},
                                         random_, deadline()));
  tab_ = std::move(tab);
  return tab_->subscribe(*reader_, ids_.make("cmd_"), deadline());
}

Result<ChatSession::Opened> ChatSession::open_thread() {
  client::HttpClientRequest request{"POST", "/v1/threads", token_, {}};
  protocol::JsonWriter writer(request.body);
  writer.begin_object().field("thread_id", thread_id_).end_object();
  GP_TRY(auto response, http_.send(request, deadline()));
  GP_TRY(expect_success(response, "opening the thread"));
  protocol::JsonParser parser;
  GP_TRY(auto thread, parser.parse_object(response.body));
  Opened opened;
  if (thread["last_seq"].get(opened.last_seq) != simdjson::SUCCESS)
    return fail(Code::protocol_error,
                "the thread has no last_seq: " + response.body.substr(0, 300));
  std::string_view message_id;
  if (thread.at_pointer("/active_runs/0/message_id").get(message_id) == simdjson::SUCCESS)
    opened.active_message = message_id;
  return opened;
}

Result<std::uint64_t> ChatSession::show_history(const Opened& opened) {
  const client::HttpClientRequest request{
      "GET", fmt::format("/v1/threads/{}/messages", percent_encode(thread_id_)), token_, {}};
  GP_TRY(auto response, http_.send(request, deadline()));
  GP_TRY(expect_success(response, "reading the history"));
  protocol::JsonParser parser;
  GP_TRY(auto page, parser.parse_object(response.body));
  simdjson::dom::array messages;
  if (page["messages"].get(messages) != simdjson::SUCCESS)
    return fail(Code::protocol_error,
                "the history has no messages: " + response.body.substr(0, 300));
  for (const simdjson::dom::element element : messages) {
    simdjson::dom::object message;
    std::uint64_t seq = 0;
    if (element.get(message) != simdjson::SUCCESS) continue;
    // What is newer comes as events.
    if (message["seq"].get(seq) == simdjson::SUCCESS && seq > opened.last_seq) continue;
    const std::string_view content = protocol::string_member(message, "content").value_or("");
    const bool by_user = protocol::string_member(message, "role") == "user";
    if (by_user) screen_.show_user(content);
    if (!by_user)
      screen_.show_assistant(content, protocol::string_member(message, "status").value_or(""));
    const bool is_active = !opened.active_message.empty() &&
                           protocol::string_member(message, "message_id") == opened.active_message;
    if (is_active && by_user && seq > 0) return seq;
  }
  return opened.last_seq;
}

Result<> ChatSession::reconnect() {
  tab_.reset();
  GP_TRY(get_token());
  GP_TRY(auto tab,
         client::Session::open(http_.url(),
                               {.path = "/ws?after=" + reader_->resume_item(), .token = token_},
                               random_, deadline()));
  tab_ = std::move(tab);
  tab_->watch(*reader_);
  const std::uint64_t covered = reader_->covered();
  const std::uint64_t before = reader_->caught_up_count();
  const client::Deadline end = deadline();
  while (reader_->caught_up_count() == before) {
    GP_TRY(auto frame, tab_->next(end));
    if (!frame) return fail(Code::request_timeout, "no caught_up came after the reconnect");
    take(*frame);
  }
  screen_.notice(fmt::format("reconnected, caught up {} events", reader_->covered() - covered));
  return pending_ ? tab_->send(pending_->json, deadline()) : ok();
}

bool ChatSession::may_reconnect(const Error& error) const {
  switch (protocol::info(error.code).retry) {
    case protocol::RetryAdvice::later:
    case protocol::RetryAdvice::resume: return true;
    case protocol::RetryAdvice::token: return options_.token.empty();
    case protocol::RetryAdvice::never: break;
  }
  return false;
}

Result<> ChatSession::send(std::string content) {
  Pending pending{ids_.message().str(), ids_.make("cmd_"), {}};
  protocol::JsonWriter writer(pending.json);
  writer.begin_object().field("type", "user_message").field("id", pending.command_id);
  writer.field("message_id", pending.message_id).field("thread_id", thread_id_);
  writer.field("content", content).end_object();
  if (own_messages_.size() >= kOwnMessagesMax) own_messages_.erase(own_messages_.begin());
  own_messages_.push_back(pending.message_id);
  pending_ = std::move(pending);
  return tab_->send(pending_->json, deadline());
}

Result<> ChatSession::stop() {
  stop_when_acked_ = active_run_.empty();
  return stop_when_acked_ ? ok() : send_stop();
}

Result<> ChatSession::send_stop() {
  std::string json;
  protocol::JsonWriter writer(json);
  writer.begin_object().field("type", "stop").field("run_id", active_run_).end_object();
  stop_when_acked_ = false;
  return tab_->send(json, deadline());
}

Result<> ChatSession::pump() {
  for (;;) {
    GP_TRY(auto frame, tab_->next(client::Deadline::now()));
    if (!frame) break;
    take(*frame);
  }
  return stop_when_acked_ && !active_run_.empty() ? send_stop() : ok();
}

void ChatSession::take(const Frame& frame) {
  if (frame.event) return take_event(frame);
  for (const Frame& event : frame.events) take_event(event);
  if (frame.type == "ack" || frame.type == "error") take_answer(frame);
  if (frame.type == "goaway") pause_ = std::chrono::milliseconds(frame.reconnect_after_ms);
  if (frame.type == "snapshot" && frame.thread_id == thread_id_) take_snapshot(frame);
}

void ChatSession::take_snapshot(const Frame& snapshot) {
  screen_.notice(
      fmt::format("the server cannot go on where the connection was lost ({})", snapshot.reason));
  const client::RunView* const run = reader_->run(active_run_);
  if (active_run_.empty() || run == nullptr || !run->over()) return;
  last_completed_ = false;
  for (const client::SnapshotAnswer& answer : snapshot.answers) {
    if (answer.run_id != active_run_) continue;
    screen_.notice("the whole answer:");
    screen_.show_assistant(answer.content, answer.status);
    last_completed_ = answer.status == "complete";
  }
  active_run_.clear();
}

void ChatSession::take_event(const Frame& event) {
  if (event.thread_id != thread_id_) return;
  if (event.event == EventType::user_message) {
    const auto own =
        std::find(own_messages_.begin(), own_messages_.end(), event.payload.message_id);
    if (own == own_messages_.end()) return screen_.show_user(event.payload.content);
    own_messages_.erase(own);
    return;
  }
  if (event.event == EventType::agent_started && active_run_.empty()) active_run_ = event.run_id;
  screen_.show(event);
  if (!protocol::is_terminal(*event.event) || event.run_id != active_run_) return;
  active_run_.clear();
  stop_when_acked_ = false;
  last_completed_ = event.event == EventType::agent_completed;
}

void ChatSession::take_answer(const Frame& frame) {
  if (!pending_ || frame.id != pending_->command_id) {
    if (frame.type == "error") screen_.notice(fmt::format("{}: {}", frame.code, frame.message));
    return;
  }
  pending_.reset();
  if (frame.type == "error") {
    last_completed_ = false;
    stop_when_acked_ = false;
    return screen_.notice(fmt::format("not sent: {}: {}", frame.code, frame.message));
  }
  const client::RunView* const run = reader_->run(frame.run_id);
  if (run == nullptr || !run->over()) active_run_ = frame.run_id;
}

}  // namespace gp::app
