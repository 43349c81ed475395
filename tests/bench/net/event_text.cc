#include "event_text.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>

namespace gp::bench {
namespace {

constexpr std::string_view kDelta = R"("delta":")";
constexpr std::string_view kType = R"({"type":")";

/// The number after `name`, wherever it first stands.
std::optional<std::uint64_t> number_after(std::string_view frame, std::string_view name) {
  const std::size_t at = frame.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  const char* begin = frame.data() + at + name.size();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(begin, frame.data() + frame.size(), value);
  if (error != std::errc{} || end == begin) return std::nullopt;
  return value;
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size()))
    ++count;
  return count;
}

}  // namespace

void append_event(std::string& out, std::uint32_t stream, std::uint64_t index,
                  std::string_view delta) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"type":"token","seq":{},"event_id":"evt_01930000-0000-7000-8000-{:012x}",)"
                 R"("thread_id":"thread-{:04}","run_id":"run_01930000-0000-7000-8000-{:012x}",)"
                 R"("timestamp":1757880000.123,"agent_name":"default",)"
                 R"("payload":{{"part_id":"p1","delta":"{}"}}}})",
                 index + 1, index, stream, stream, delta);
}

bool EventReader::take(std::string_view frame, const TokenText& text) {
  if (!frame.starts_with(kType)) return fail("not an event", frame);
  const std::string_view rest = frame.substr(kType.size());
  if (rest.starts_with("error") || rest.starts_with("agent_error"))
    return fail("the server reports an error", frame);
  const auto seq = number_after(frame, R"("seq":)");
  if (!seq || rest.starts_with("caught_up") || rest.starts_with("ack")) return true;
  const std::uint64_t first = number_after(frame, R"("first_seq":)").value_or(*seq);
  if (!take_range(first, *seq, frame)) return false;
  if (rest.starts_with("batch")) return take_batch(frame, *seq - first + 1, text);
  if (!rest.starts_with("token")) return true;
  const std::size_t at = frame.find(kDelta);
  if (at == std::string_view::npos) return fail("a token without its text", frame);
  const std::string_view tail = frame.substr(at + kDelta.size());
  const std::uint64_t before = tokens_;
  if (!take_delta(tail.substr(0, tail.find('"')), text, frame)) return false;
  return tokens_ - before == *seq - first + 1 || fail("text and seq do not agree", frame);
}

bool EventReader::take_range(std::uint64_t first, std::uint64_t last, std::string_view frame) {
  if (seq_ != 0 && first != seq_ + 1)
    return fail(fmt::format("seq {} after {}", first, seq_), frame);
  seq_ = last;
  return last >= first || fail("seq runs backwards", frame);
}

bool EventReader::take_batch(std::string_view frame, std::uint64_t covered, const TokenText& text) {
  const std::uint64_t before = tokens_;
  std::string_view rest = frame;
  for (std::size_t at = rest.find(kDelta); at != std::string_view::npos; at = rest.find(kDelta)) {
    rest.remove_prefix(at + kDelta.size());
    const std::size_t end = rest.find('"');
    if (!take_delta(rest.substr(0, end), text, frame)) return false;
    rest.remove_prefix(end);
  }
  // The batch itself has a type too.
  const std::size_t others =
      count_of(frame, R"("type":")") - count_of(frame, R"("type":"token")") - 1;
  return tokens_ - before + others == covered || fail("a batch does not cover its seqs", frame);
}

bool EventReader::take_delta(std::string_view delta, const TokenText& text,
                             std::string_view frame) {
  if (delta.empty()) return fail("an empty token", frame);
  while (!delta.empty()) {
    const std::string_view expected = text.token(tokens_);
    if (!delta.starts_with(expected))
      return fail(fmt::format("token {} should be \"{}\"", tokens_, expected.substr(0, 20)), frame);
    delta.remove_prefix(expected.size());
    ++tokens_;
  }
  return true;
}

bool EventReader::fail(std::string_view why, std::string_view frame) {
  problem_ = fmt::format("{}: {}", why, frame.substr(0, 400));
  return false;
}

}  // namespace gp::bench
