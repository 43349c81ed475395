#include "adapters/agent_http/sse_parser.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <utility>

#include "protocol/codes.h"

namespace gp::agent_http {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
// A `retry` beyond this is ignored, so that no peer can overflow a duration.
constexpr std::uint32_t kRetryDigitsMax = 9;

Error too_long(std::string_view what, std::size_t bytes_max) {
  return Error{Code::agent_protocol,
               fmt::format("the agent sent {} of more than {} in its event stream", what,
                           format_byte_size(bytes_max))};
}

}  // namespace

void SseParser::feed(std::string_view bytes) {
  if (error_) return;
  buffer_.erase(0, read_);
  scanned_ -= read_;
  read_ = 0;
  buffer_ += bytes;
}

std::optional<SseEvent> SseParser::next() {
  if (error_ || !skip_bom()) return std::nullopt;
  while (const auto line = next_line()) {
    if (line->empty()) {
      if (auto event = dispatch()) return event;
    } else {
      take_line(*line);
      if (error_) return std::nullopt;
    }
  }
  return std::nullopt;
}

// True once it is known whether the stream begins with a BOM.
bool SseParser::skip_bom() {
  if (bom_checked_) return true;
  const std::string_view head = std::string_view(buffer_).substr(0, kBom.size());
  if (head.size() < kBom.size() && kBom.starts_with(head)) return false;
  if (head == kBom) read_ = scanned_ = kBom.size();
  bom_checked_ = true;
  return true;
}

std::optional<std::string_view> SseParser::next_line() {
  if (skip_line_feed_ && read_ < buffer_.size()) {
    if (buffer_[read_] == '\n') scanned_ = ++read_;
    skip_line_feed_ = false;
  }
  const std::size_t end = buffer_.find_first_of("\r\n", scanned_);
  scanned_ = end == std::string::npos ? buffer_.size() : end;
  if (scanned_ - read_ > limits_.line_bytes_max) {
    error_ = too_long("a line", limits_.line_bytes_max);
    return std::nullopt;
  }
  if (end == std::string::npos) return std::nullopt;
  const std::string_view line = std::string_view(buffer_).substr(read_, end - read_);
  skip_line_feed_ = buffer_[end] == '\r';
  read_ = scanned_ = end + 1;
  return line;
}

void SseParser::take_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == 0) return;
  if (colon == std::string_view::npos) return take_field(line, {});
  std::string_view value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
}

void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (data_.size() + value.size() + 1 > limits_.event_bytes_max) {
      error_ = too_long("an event", limits_.event_bytes_max);
      return;
    }
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  } else if (name == "event") {
    type_ = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) last_event_id_ = value;
  } else if (name == "retry") {
    std::uint32_t milliseconds = 0;
    const char* end = value.data() + value.size();
    if (value.empty() || value.size() > kRetryDigitsMax) return;
    if (std::from_chars(value.data(), end, milliseconds).ptr == end)
      retry_ = std::chrono::milliseconds(milliseconds);
  }
}

std::optional<SseEvent> SseParser::dispatch() {
  std::string type = std::exchange(type_, {});
  if (!std::exchange(has_data_, false)) return std::nullopt;
  return SseEvent{type.empty() ? std::string("message") : std::move(type),
                  std::exchange(data_, {})};
}

}  // namespace gp::agent_http
