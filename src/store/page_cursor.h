/// Page cursors: the text of Page::cursor, the same for every ChatStore adapter, and the limits of
/// a page.
///
/// A cursor names a position in its owner's own list and nothing else (no row numbers shared by
/// owners), so it tells a client nothing about others, and a forged one at most begins a page
/// elsewhere in the forger's own list. Times are kept to the microsecond everywhere in a store:
/// stored_time() before comparing or ordering.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace gp::store {

/// Threads or messages in one page. Default as Page::limit; larger is cut to this, 0 is 1.
inline constexpr std::uint32_t kPageLimitMax = 200;

inline std::uint32_t page_limit(std::uint32_t asked) {
  return std::clamp(asked, 1u, kPageLimitMax);
}

inline std::int64_t to_microseconds(WallTime time) {
  return std::chrono::floor<std::chrono::microseconds>(time).time_since_epoch().count();
}
inline WallTime from_microseconds(std::int64_t microseconds) {
  return WallTime(std::chrono::microseconds(microseconds));
}
inline WallTime stored_time(WallTime time) { return from_microseconds(to_microseconds(time)); }

/// The last thread of a page: newest activity first, ties by descending id.
struct ThreadPosition {
  std::int64_t updated_at_microseconds;
  ThreadId thread_id;
};

std::string thread_cursor(const ThreadPosition& position);
/// Before all threads if `cursor` is empty. Errors: Code::invalid_command.
Result<ThreadPosition> parse_thread_cursor(std::string_view cursor);

/// `position` of the oldest message of a page: 1, 2, 3 … in the order the thread got them.
std::string message_cursor(std::uint64_t position);
/// Above all positions if `cursor` is empty. Errors: Code::invalid_command.
Result<std::uint64_t> parse_message_cursor(std::string_view cursor);

}  // namespace gp::store
