#include <fmt/format.h>

#include <array>
#include <set>

#include "client/sse_decoder.h"
#include "goldenpath/check_steps.h"
#include "protocol/json.h"

namespace gp::app {
namespace {

using client::RunView;
using client::Session;
using client::ThreadReader;

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

/// The text with the id asked for, and the ids the server makes for every answer, blotted out.
std::string without_ids(std::string text, std::string_view asked_id) {
  constexpr std::size_t kUuidCharacters = 36;
  replace_all(text, asked_id, "THE-ID");
  for (const std::string_view prefix : {"req_", "cmd_", "con_"}) {
    for (std::size_t at = text.find(prefix); at != std::string::npos;
         at = text.find(prefix, at + 1))
      text.replace(at, std::min(prefix.size() + kUuidCharacters, text.size() - at), "MADE-ID");
  }
  return text;
}

/// Both answers, of what exists but is another user's and of what does not exist, must be one.
Result<> expect_same(std::string_view what, const std::string& foreign,
                     const std::string& missing) {
  if (foreign == missing) return ok();
  return fail_check(fmt::format("{}: a foreign one answers {}, a missing one {}", what,
                                foreign.substr(0, 300), missing.substr(0, 300)));
}

Result<std::string> second_user_command(CheckContext& context, Session& tab, std::string_view type,
                                        std::string_view field, const std::string& id) {
  GP_TRY(auto answer, context.command(tab, type, [&](protocol::JsonWriter& writer) {
    writer.field(field, id);
  }));
  if (answer.type != "error")
    return fail_check(fmt::format("{} of {} by another user: expected an error, came {}", type, id,
                                  shown(answer)));
  return without_ids(answer.text, id);
}

Result<std::string> second_user_get(CheckContext& context, std::string_view pattern,
                                    const std::string& id) {
  client::HttpClientRequest request{"GET", {}, context.second_user.token, {}};
  request.path = fmt::format(fmt::runtime(pattern), id);
  bool leaked = false;
  GP_TRY(auto response, context.http().stream(request, context.deadline(), [&](std::string_view) {
    leaked = true;
    return client::HttpClient::Flow::kStop;
  }));
  if (leaked || response.status / 100 == 2)
    return fail_check(fmt::format("GET {} by another user: expected 404, came {}", request.path,
                                  response.status));
  return without_ids(fmt::format("{} {}", response.status, response.body), id);
}

struct BadInput {
  std::string_view text;
  std::string_view code;  ///< of the error frame
  std::string_view id;    ///< echoed in it
};

Result<> expect_error(CheckContext& context, Session& tab, const BadInput& input) {
  GP_TRY(tab.send(input.text, context.deadline()));
  GP_TRY(
      auto answer,
      tab.await(
          [](const client::Frame& frame) { return frame.type == "error" || frame.type == "ack"; },
          earlier(context.deadline(), client::Deadline::in(std::chrono::seconds(3))),
          fmt::format("an error frame for {}", input.text)));
  if (answer.type == "error" && answer.code == input.code && answer.id == input.id) return ok();
  return fail_check(fmt::format("{}: expected error {} with id `{}`, came {}", input.text,
                                input.code, input.id, answer.text));
}

/// The assistant's and the user's message of a run, as the history has them.
struct RunMessages {
  std::string assistant;
  std::string assistant_status;
  std::string user;
  std::size_t count = 0;
};

Result<RunMessages> read_messages(const std::string& body, const std::string& run_id) {
  protocol::JsonParser parser;
  GP_TRY(auto page, parser.parse_object(body));
  simdjson::dom::array messages;
  if (page["messages"].get(messages) != simdjson::SUCCESS)
    return fail_check("the history has no messages: " + body.substr(0, 200));
  RunMessages read;
  for (const simdjson::dom::element element : messages) {
    simdjson::dom::object message;
    if (element.get(message) != simdjson::SUCCESS) return fail_check("a message is no object");
    ++read.count;
    if (protocol::string_member(message, "run_id") != run_id) continue;
    const std::string content(protocol::string_member(message, "content").value_or(""));
    if (protocol::string_member(message, "role") == "user") read.user = content;
    if (protocol::string_member(message, "role") != "assistant") continue;
    read.assistant = content;
    read.assistant_status = protocol::string_member(message, "status").value_or("");
  }
  return read;
}

/// Reads events until `reader` is at `end`.
Result<> read_sse(CheckContext& context, ThreadReader& reader, std::uint64_t end) {
  const client::HttpClientRequest request{
      "GET",
      fmt::format("/v1/threads/{}/events?after=0", reader.thread_id()),
      context.first_user.token,
      {}};
  client::SseDecoder decoder;
  client::FrameReader frames;
  Result<> outcome = ok();
  const auto take = [&](std::string_view piece) -> Result<> {
    GP_TRY(auto events, decoder.feed(piece));
    for (const client::SseEvent& event : events) {
      GP_TRY(auto frame, frames.read(event.data));
      if (frame.event && event.id != std::to_string(frame.seq))
        return fail_check(
            fmt::format("the event with seq {} has the SSE id `{}`", frame.seq, event.id));
      GP_TRY(reader.take(frame));
    }
    return ok();
  };
  GP_TRY(auto response,
         context.http().stream(request, context.deadline(), [&](std::string_view piece) {
           outcome = take(piece);
           return outcome && reader.seq() < end ? client::HttpClient::Flow::kGoOn
                                                : client::HttpClient::Flow::kStop;
         }));
  GP_TRY(std::move(outcome));
  const auto type = response.header("Content-Type").value_or("none");
  if (response.status != 200 || !type.starts_with("text/event-stream"))
    return fail_check(
        fmt::format("expected 200 text/event-stream, came {} {}", response.status, type));
  if (reader.seq() < end)
    return fail_check(fmt::format("the stream ended at seq {}, expected {}", reader.seq(), end));
  return ok();
}

Result<> expect_listed(CheckContext& context, const std::string& thread_id,
                       std::string_view title) {
  GP_TRY(auto list, context.request_expecting(200, "GET", "/v1/threads?limit=50"));
  protocol::JsonParser parser;
  GP_TRY(auto page, parser.parse_object(list.body));
  simdjson::dom::array threads;
  if (page["threads"].get(threads) != simdjson::SUCCESS)
    return fail_check("GET /v1/threads has no threads");
  for (const simdjson::dom::element element : threads) {
    simdjson::dom::object thread;
    if (element.get(thread) != simdjson::SUCCESS) continue;
    if (protocol::string_member(thread, "thread_id") != thread_id) continue;
    if (protocol::string_member(thread, "title") == title) return ok();
    return fail_check("the list has the thread with another title: " + simdjson::minify(thread));
  }
  return fail_check(fmt::format("the thread {} is not in the newest 50 of the list", thread_id));
}

}  // namespace

Result<Finding> check_foreign_thread(CheckContext& context) {
  const MainRun& main = context.main;
  if (main.run_id.empty()) return skipped("needs the step `message acknowledged`");
  const std::string missing_thread = context.ids().thread().str();
  const std::string missing_run = context.ids().run().str();
  GP_TRY(auto tab, context.open_tab(context.second_user));
  const auto by_command = [&](std::string_view type, std::string_view field,
                              const std::string& foreign, const std::string& missing) -> Result<> {
    GP_TRY(auto of_foreign, second_user_command(context, tab, type, field, foreign));
    GP_TRY(auto of_missing, second_user_command(context, tab, type, field, missing));
    return expect_same(type, of_foreign, of_missing);
  };
  GP_TRY(by_command("subscribe", "thread_id", main.thread_id, missing_thread));
  GP_TRY(by_command("history", "thread_id", main.thread_id, missing_thread));
  GP_TRY(by_command("stop", "run_id", main.run_id, missing_run));
  constexpr auto kPaths = std::to_array<std::string_view>(
      {"/v1/threads/{}", "/v1/threads/{}/messages", "/v1/threads/{}/events?after=0"});
  for (const std::string_view path : kPaths) {
    GP_TRY(auto of_foreign, second_user_get(context, path, main.thread_id));
    GP_TRY(auto of_missing, second_user_get(context, path, missing_thread));
    GP_TRY(expect_same(path, of_foreign, of_missing));
  }
  GP_TRY(auto of_foreign, second_user_get(context, "/v1/runs/{}", main.run_id));
  GP_TRY(auto of_missing, second_user_get(context, "/v1/runs/{}", missing_run));
  GP_TRY(expect_same("GET /v1/runs/{id}", of_foreign, of_missing));
  return found("subscribe, history, stop and 4 GETs answer as for what never was");
}

Result<Finding> check_foreign_events(CheckContext& context) {
  GP_TRY(auto other, context.open_tab(context.second_user));
  GP_TRY(context.acked(other, "subscribe",
                       [](protocol::JsonWriter& writer) { writer.field("thread_id", "*"); }));
  GP_TRY(auto tab, context.open_tab(context.first_user));
  GP_TRY(auto thread_id, context.create_thread(tab));
  ThreadReader reader(thread_id, 0, ThreadReader::Keep::kNothing);
  GP_TRY(context.subscribe(tab, reader));
  GP_TRY(auto ack, context.send_message(tab, thread_id, context.ids().message().str(),
                                        "goldenpath check, not for others: tokens=10 rate=100"));
  GP_TRY(context.await_end(tab, reader, ack.run_id));
  GP_TRY(context.stay_quiet(other, std::chrono::milliseconds(200)));
  GP_TRY(other.send(R"({"type":"ping"})", context.deadline()));
  GP_TRY(other.await([](const client::Frame& frame) { return frame.type == "pong"; },
                     context.deadline(), "pong"));
  if (other.events() > 0)
    return fail_check(fmt::format("{} events came to another user's connection", other.events()));
  return found(fmt::format("{} events for one user, 0 for the other", reader.covered()));
}

Result<Finding> check_malformed(CheckContext& context) {
  constexpr auto kInputs = std::to_array<BadInput>({
      {"{not json", "invalid_json", ""},
      {"[1,2,3]", "invalid_json", ""},
      {R"({"id":"b1"})", "invalid_command", "b1"},
      {R"({"type":"no_such_command","id":"b2"})", "unknown_command", "b2"},
      {R"({"type":"user_message","id":"b3"})", "invalid_command", "b3"},
      {R"({"type":"user_message","id":"b4","message_id":"m","content":5})", "invalid_command",
       "b4"},
      {R"({"type":"stop","id":"b5"})", "invalid_command", "b5"},
      {R"({"type":"subscribe","id":"b6","thread_id":"no such thread"})", "invalid_id", "b6"},
  });
  GP_TRY(auto tab, context.open_tab(context.first_user));
  for (const BadInput& input : kInputs) {
    GP_TRY(expect_error(context, tab, input));
  }
  GP_TRY(tab.socket().send_binary(std::string_view("\0\1\2", 3), context.deadline()));
  GP_TRY(tab.await([](const client::Frame& frame) { return frame.type == "error"; },
                   context.deadline(), "an error frame for a binary message"));
  GP_TRY(tab.send(R"({"type":"ping","token":"still here"})", context.deadline()));
  GP_TRY(auto pong, tab.await([](const client::Frame& frame) { return frame.type == "pong"; },
                              context.deadline(), "pong"));
  if (pong.text.find("still here") == std::string::npos)
    return fail_check("the pong has not the fields of the ping: " + pong.text);
  return found(
      fmt::format("{} bad messages, {} error frames", kInputs.size() + 1, kInputs.size() + 1));
}

Result<Finding> check_history(CheckContext& context) {
  const MainRun& main = context.main;
  GP_TRY(auto page, context.request_expecting(
                        200, "GET", fmt::format("/v1/threads/{}/messages", main.thread_id)));
  GP_TRY(auto read, read_messages(page.body, main.run_id));
  const RunView& run = *main.first_reader->run(main.run_id);
  if (read.user != CheckContext::kRunText)
    return fail_check(fmt::format("the user's message is `{}`, sent was `{}`", read.user,
                                  CheckContext::kRunText));
  if (read.assistant != run.text || read.assistant != run.terminal->payload.text)
    return fail_check(
        fmt::format("the answer has {} bytes in the history, {} as tokens, {} in agent_completed",
                    read.assistant.size(), run.text.size(), run.terminal->payload.text.size()));
  if (read.assistant_status != "complete" || read.count != 2)
    return fail_check(fmt::format("expected 2 messages and status complete, came {} and {}",
                                  read.count, read.assistant_status));
  GP_TRY(auto told, context.request_expecting(200, "GET", "/v1/runs/" + main.run_id));
  protocol::JsonParser parser;
  GP_TRY(auto object, parser.parse_object(told.body));
  if (protocol::string_member(object, "state") != "completed")
    return fail_check("expected the run's state completed, came " + told.body.substr(0, 200));
  return found(
      fmt::format("{} bytes: history = tokens = agent_completed.text", read.assistant.size()));
}

Result<Finding> check_sse(CheckContext& context) {
  const ThreadReader& first = *context.main.first_reader;
  ThreadReader reader(context.main.thread_id, 0, ThreadReader::Keep::kEvents);
  GP_TRY(read_sse(context, reader, first.seq()));
  GP_TRY(auto same, client::compare(first, reader));
  return found(std::move(same));
}

Result<Finding> check_threads(CheckContext& context) {
  const std::string thread_id = context.ids().thread().str();
  const std::string path = "/v1/threads/" + thread_id;
  const std::string body = json_object([&](protocol::JsonWriter& writer) {
    writer.field("thread_id", thread_id).field("title", "goldenpath check");
  });
  context.remember_thread(thread_id);
  GP_TRY(auto missing, context.request_expecting(404, "GET", path));
  GP_TRY(context.request_expecting(201, "POST", "/v1/threads", body));
  GP_TRY(context.request_expecting(200, "POST", "/v1/threads", body));
  GP_TRY(auto tab, context.open_tab(context.first_user));
  ThreadReader reader(thread_id, 0, ThreadReader::Keep::kNothing);
  GP_TRY(context.subscribe(tab, reader));
  GP_TRY(context.request_expecting(200, "PATCH", path, R"({"title":"renamed ✓ \"quoted\""})"));
  GP_TRY(tab.await(
      [](const client::Frame& frame) {
        return frame.type == "thread_updated" && frame.payload.title == "renamed ✓ \"quoted\"";
      },
      context.deadline(), "thread_updated with the new title"));
  GP_TRY(expect_listed(context, thread_id, "renamed ✓ \"quoted\""));
  GP_TRY(context.request_expecting(204, "DELETE", path));
  GP_TRY(tab.until([&] { return reader.deleted(); }, context.deadline(),
                   "thread_updated with status deleted"));
  GP_TRY(auto gone, context.request_expecting(404, "GET", path));
  GP_TRY(expect_same("GET " + path, without_ids(gone.body, thread_id),
                     without_ids(missing.body, thread_id)));
  return found("created, renamed, listed, deleted; the tab was told");
}

Result<Finding> check_clean_up(CheckContext& context) {
  std::size_t deleted = 0;
  for (const std::string& thread_id : context.take_threads()) {
    GP_TRY(auto response,
           context.request("DELETE", "/v1/threads/" + thread_id, context.first_user.token));
    if (response.status != 204 && response.status != 404)
      return fail_check(
          fmt::format("DELETE of {}: expected 204, came {}", thread_id, response.status));
    if (response.status == 204) ++deleted;
  }
  return found(fmt::format("{} threads deleted", deleted));
}

}  // namespace gp::app
