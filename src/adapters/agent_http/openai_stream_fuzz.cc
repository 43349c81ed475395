// Property: no input makes more than one end, an event after it, an empty delta or a tool event
// without an id.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "adapters/agent_http/openai_stream.h"
#include "adapters/agent_http/sse_parser.h"

namespace {

using namespace gp::agent;

void check(bool holds) {
  if (!holds) std::abort();
}

struct Checker {
  void operator()(const Thinking& event) const {
    check(!event.delta.empty() && !event.part_id.empty());
  }
  void operator()(const Text& event) const {
    check(!event.delta.empty() && !event.part_id.empty());
  }
  void operator()(const ToolArguments& event) const {
    check(!event.tool_call_id.empty() && !event.delta.empty());
  }
  void operator()(const ToolStarted& event) const { check(!event.tool_call_id.empty()); }
  void operator()(const ToolFinished& event) const { check(!event.tool_call_id.empty()); }
  void operator()(const Custom&) const {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gp::protocol::JsonParser json;
  gp::agent_http::SseParser sse;
  gp::agent_http::OpenAiStream stream(json);
  gp::agent_http::OpenAiStream::Events events;
  sse.feed(std::string_view(reinterpret_cast<const char*>(data), size));
  while (auto event = sse.next()) {
    const bool was_over = stream.ended().has_value();
    const std::size_t before = events.size();
    stream.accept(event->data, events);
    check(!was_over || events.size() == before);
  }
  stream.end_of_stream(events);
  check(stream.ended().has_value());
  for (const auto& event : events) std::visit(Checker{}, event);
  return 0;
}
