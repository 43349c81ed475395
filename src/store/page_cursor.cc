#include "store/page_cursor.h"

#include <charconv>
#include <limits>
#include <optional>

#include "protocol/codes.h"

namespace gp::store {
namespace {

// Positive and within int64, because that is what every database can hold.
std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

auto refuse() {
  return fail(Code::invalid_command,
              "cursor: not one this list gave; send next_cursor of the page before, or none");
}

}  // namespace

std::string thread_cursor(const ThreadPosition& position) {
  return "t" + std::to_string(position.updated_at_microseconds) + "." + position.thread_id.str();
}

Result<ThreadPosition> parse_thread_cursor(std::string_view cursor) {
  if (cursor.empty()) return ThreadPosition{std::numeric_limits<std::int64_t>::max(), ThreadId()};
  const std::size_t dot = cursor.find('.');
  if (cursor.front() != 't' || dot == std::string_view::npos || dot + 1 == cursor.size())
    return refuse();
  const std::optional<std::int64_t> time = parse_number(cursor.substr(1, dot - 1));
  if (!time) return refuse();
  return ThreadPosition{*time, ThreadId(std::string(cursor.substr(dot + 1)))};
}

std::string message_cursor(std::uint64_t position) { return "m" + std::to_string(position); }

Result<std::uint64_t> parse_message_cursor(std::string_view cursor) {
  if (cursor.empty()) return std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  if (cursor.front() != 'm') return refuse();
  const std::optional<std::int64_t> position = parse_number(cursor.substr(1));
  if (!position) return refuse();
  return static_cast<std::uint64_t>(*position);
}

}  // namespace gp::store
