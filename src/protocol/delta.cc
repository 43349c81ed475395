#include "protocol/delta.h"

namespace gp::protocol {
namespace {

constexpr std::string_view kEventId = R"(,"event_id":)";
constexpr std::string_view kRunId = R"(,"run_id":)";
constexpr std::string_view kTimestamp = R"(,"timestamp":)";
constexpr std::string_view kPayload = R"(,"payload":{)";
constexpr std::string_view kDelta = R"("delta":")";
constexpr std::string_view kEnd = R"("}})";
constexpr auto kNone = std::string_view::npos;

std::string batch_head(Seq first_seq, Seq seq) {
  return std::string(R"({"type":"batch","first_seq":)")
      .append(std::to_string(first_seq.value))
      .append(R"(,"seq":)")
      .append(std::to_string(seq.value))
      .append(R"(,"events":[)");
}

}  // namespace

bool is_delta(EventType type) {
  return type == EventType::token || type == EventType::agent_thinking ||
         type == EventType::tool_args_delta;
}

// Inside a JSON string every quote has a backslash before it, so a name with its quotes that
// follows a comma or a brace is never part of a text.
std::optional<DeltaView> view_delta(EventType type, std::string_view json) {
  if (!is_delta(type)) return std::nullopt;
  const auto event_id = json.find(kEventId);
  if (event_id == kNone) return std::nullopt;
  const auto timestamp = json.find(kTimestamp, event_id);
  if (timestamp == kNone) return std::nullopt;
  const auto payload = json.find(kPayload, timestamp);
  if (payload == kNone) return std::nullopt;
  const auto part = payload + kPayload.size();
  const auto delta = json.find(kDelta, part);
  const auto text = delta + kDelta.size();
  if (delta == kNone || json.size() < text + kEnd.size() || !json.ends_with(kEnd))
    return std::nullopt;
  DeltaView view;
  view.middle = json.substr(event_id, text - event_id);
  view.part = json.substr(part, delta - part);
  view.text = json.substr(text, json.size() - kEnd.size() - text);
  const std::string_view ids = json.substr(event_id, timestamp - event_id);
  if (const auto run = ids.find(kRunId); run != kNone) view.run = ids.substr(run);
  return view;
}

std::string encode_folded(EventType type, Seq first_seq, Seq seq, std::string_view middle,
                          std::string_view text) {
  const std::string last = std::to_string(seq.value);
  std::string out;
  out.reserve(96 + middle.size() + text.size());
  out.append(R"({"type":")").append(to_string(type)).append(R"(","seq":)").append(last);
  if (first_seq != seq) out.append(R"(,"first_seq":)").append(std::to_string(first_seq.value));
  return out.append(middle).append(text).append(kEnd);
}

std::string encode_batch(Seq first_seq, Seq seq, std::string_view events_json) {
  std::string out = batch_head(first_seq, seq);
  out.reserve(out.size() + events_json.size() + 2);
  return out.append(events_json).append("]}");
}

std::size_t batch_events_offset(Seq first_seq, Seq seq) {
  return batch_head(first_seq, seq).size();
}

}  // namespace gp::protocol
