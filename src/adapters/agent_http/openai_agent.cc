#include "adapters/agent_http/openai_agent.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "adapters/agent_http/openai_stream.h"
#include "adapters/agent_http/sse_parser.h"
#include "protocol/codes.h"
#include "protocol/json_writer.h"
#include "runtime/asio_core.h"

namespace gp::agent_http {
namespace {

using agent::AgentEnd;
using agent::Failed;

class OpenAiExecution final : public agent::AgentExecution, private HttpObserver {
 public:
  OpenAiExecution(CurlLoop& loop, protocol::JsonParser& parser, HttpPost post,
                  agent::AgentSink& sink)
      : parser_(parser),
        stream_(parser),
        sink_(sink),
        grace_(loop.core()),
        transfer_(loop.post(std::move(post), *this)) {}

  void pause() override {
    grace_.cancel();
    if (transfer_ != nullptr) transfer_->pause();
  }
  void resume() override {
    if (told_end_) return;
    if (stream_.has_finish_reason()) wait_for_the_rest();
    transfer_->resume();
  }

 private:
  enum class Body { kStream, kWhole, kError, kForeign };

  void on_head(const HttpHead& head) override;
  void on_body(std::string_view bytes) override;
  void on_done(Result<> result) override;

  void read_stream(std::string_view bytes);
  void collect(std::string_view bytes, std::size_t bytes_max);
  AgentEnd error_answer();
  AgentEnd broken(const Error& error);
  void wait_for_the_rest();
  /// Tells the sink what was read, then the end if there is one. This object may be gone
  /// afterwards.
  void tell(std::optional<AgentEnd> end);

  protocol::JsonParser& parser_;
  SseParser sse_;
  OpenAiStream stream_;
  agent::AgentSink& sink_;
  runtime::Liveness liveness_;
  runtime::Timer grace_;
  HttpHead head_;
  Body body_ = Body::kStream;
  std::string collected_;
  OpenAiStream::Events events_;
  bool done_seen_ = false;
  bool told_end_ = false;
  std::unique_ptr<HttpTransfer> transfer_;
};

bool is_type(std::string_view content_type, std::string_view wanted) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  const std::size_t end = type.find_last_not_of(" \t");
  return std::equal(wanted.begin(), wanted.end(), type.begin(),
                    type.begin() + static_cast<std::ptrdiff_t>(end + 1), [](char a, char b) {
                      return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b);
                    });
}

void OpenAiExecution::on_head(const HttpHead& head) {
  head_ = head;
  if (head.status < 200 || head.status > 299)
    body_ = Body::kError;
  else if (is_type(head.content_type, "application/json"))
    body_ = Body::kWhole;
  else if (is_type(head.content_type, "text/html"))
    body_ = Body::kForeign;
}

void OpenAiExecution::on_body(std::string_view bytes) {
  switch (body_) {
    case Body::kStream: return read_stream(bytes);
    case Body::kWhole: return collect(bytes, kWholeAnswerBytesMax);
    case Body::kError: return collect(bytes, kErrorBodyBytesMax);
    case Body::kForeign: return;
  }
}

void OpenAiExecution::collect(std::string_view bytes, std::size_t bytes_max) {
  collected_ += bytes.substr(0, bytes_max + 1 - std::min(collected_.size(), bytes_max + 1));
}

void OpenAiExecution::read_stream(std::string_view bytes) {
  if (done_seen_) return;
  sse_.feed(bytes);
  while (const auto event = sse_.next()) {
    stream_.accept(event->data, events_);
    if (stream_.ended()) break;
  }
  const auto& end = stream_.ended();
  if (end && std::holds_alternative<Failed>(*end)) return tell(*end);
  if (!end && sse_.error()) return tell(Failed{sse_.error()->code, sse_.error()->message, true});
  if (end || stream_.has_finish_reason()) wait_for_the_rest();
  tell(std::nullopt);
}

void OpenAiExecution::wait_for_the_rest() {
  const bool finished = stream_.ended().has_value();
  if (grace_.armed() && !finished) return;
  done_seen_ = finished;
  grace_.arm(finished ? kDoneGrace : kFinishGrace, [this] {
    stream_.end_of_stream(events_);
    tell(*stream_.ended());
  });
}

void OpenAiExecution::on_done(Result<> result) {
  if (!result && !stream_.has_finish_reason()) return tell(broken(result.error()));
  if (body_ == Body::kError) return tell(error_answer());
  if (body_ == Body::kForeign)
    return tell(Failed{Code::agent_protocol,
                       fmt::format("the agent answered with {} instead of an event stream; is its "
                                   "url right?",
                                   head_.content_type),
                       true});
  if (collected_.size() > kWholeAnswerBytesMax)
    return tell(Failed{Code::agent_protocol,
                       fmt::format("the agent sent a JSON answer of more than {}",
                                   format_byte_size(kWholeAnswerBytesMax)),
                       true});
  if (body_ == Body::kWhole) stream_.accept(collected_, events_);
  stream_.end_of_stream(events_);
  tell(*stream_.ended());
}

AgentEnd OpenAiExecution::error_answer() {
  const std::string text = openai_error_text(parser_, collected_);
  return Failed{
      Code::agent_failed,
      fmt::format("the agent answered {}{}{}", head_.status, text.empty() ? "" : ": ", text), true};
}

AgentEnd OpenAiExecution::broken(const Error& error) {
  if (body_ == Body::kError) return error_answer();
  return Failed{error.code, error.message,
                protocol::info(error.code).retry != protocol::RetryAdvice::never};
}

void OpenAiExecution::tell(std::optional<AgentEnd> end) {
  if (told_end_) return;
  if (end) {
    told_end_ = true;
    grace_.cancel();
  }
  const auto token = liveness_.token();
  OpenAiStream::Events events = std::exchange(events_, {});
  for (agent::AgentEvent& event : events) {
    sink_.on_event(std::move(event));
    if (!token.alive()) return;
  }
  if (!end) return;
  // Nothing more is wanted of the server; a transfer that is done keeps its connection for reuse.
  transfer_.reset();
  sink_.on_end(std::move(*end));
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string request_body(const OpenAiConfig& config, const agent::AgentRequest& request) {
  std::string body;
  protocol::JsonWriter json(body);
  json.begin_object()
      .field("model", config.model)
      .field("stream", true)
      .key("stream_options")
      .begin_object()
      .field("include_usage", true)
      .end_object()
      .key("messages")
      .begin_array();
  for (const agent::HistoryMessage& message : request.history) {
    const bool by_user = message.role == agent::HistoryMessage::Role::kUser;
    json.begin_object()
        .field("role", by_user ? "user" : "assistant")
        .field("content", message.content)
        .end_object();
  }
  json.begin_object().field("role", "user").field("content", request.content).end_object();
  json.end_array().end_object();
  return body;
}

}  // namespace

Result<std::unique_ptr<OpenAiAgent>> OpenAiAgent::create(OpenAiConfig config, CurlLoop& loop) {
  GP_TRY(check_base_url(config.url));
  if (has_control_character(config.url) || has_control_character(config.api_key))
    return fail(Code::bad_request, "the agent's url or api_key holds a control character");
  while (config.url.ends_with('/')) config.url.pop_back();
  return std::unique_ptr<OpenAiAgent>(new OpenAiAgent(std::move(config), loop));
}

OpenAiAgent::OpenAiAgent(OpenAiConfig config, CurlLoop& loop)
    : config_(std::move(config)), loop_(loop) {}

HttpPost OpenAiAgent::make_post(const agent::AgentRequest& request) const {
  HttpPost post{.url = config_.url + "/chat/completions",
                .headers = {"Content-Type: application/json", "Accept: text/event-stream"},
                .body = request_body(config_, request),
                .timeouts = config_.timeouts,
                .limits = config_.limits};
  if (!config_.api_key.empty()) post.headers.push_back("Authorization: Bearer " + config_.api_key);
  return post;
}

std::unique_ptr<agent::AgentExecution> OpenAiAgent::start(agent::AgentRequest request,
                                                          agent::AgentSink& sink) {
  return std::make_unique<OpenAiExecution>(loop_, parser_, make_post(request), sink);
}

}  // namespace gp::agent_http
