#include "adapters/sqlite/log_upkeep.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "adapters/sqlite/log_events.h"
#include "store/page_cursor.h"

namespace gp::sqlite {
namespace {

using identity::ThreadKey;
using log::LogHead;
using log::OverdueLog;
using log::RetentionGoal;
using log::TrimLimits;

// length() of a text counts characters, and reads it to count them.
constexpr const char* kMeasureEach =
    "SELECT seq, at, length(CAST(json AS BLOB)) + ifnull(length(fold), 0) FROM events "
    "WHERE log_id = ?1 AND seq >= ?2 ORDER BY seq";
constexpr const char* kForgetRange =
    "DELETE FROM events WHERE log_id = ?1 AND seq >= ?2 AND seq < ?3";
constexpr const char* kForgetLater =
    "INSERT INTO forgotten (log_id, below) VALUES (?1, ?2) "
    "ON CONFLICT (log_id) DO UPDATE SET below = max(below, excluded.below)";
constexpr const char* kNextForgotten = "SELECT log_id, below FROM forgotten LIMIT 1";
constexpr const char* kSliceEnd =
    "SELECT seq FROM events WHERE log_id = ?1 AND seq < ?2 ORDER BY seq LIMIT 1 OFFSET ?3";
constexpr const char* kForgetBelow = "DELETE FROM events WHERE log_id = ?1 AND seq < ?2";
constexpr const char* kAllForgotten = "DELETE FROM forgotten WHERE log_id = ?1";
constexpr const char* kAllBytes = "SELECT ifnull(sum(bytes), 0) FROM logs WHERE events > 0";
// Scans: a log is a row of a few hundred bytes, and this runs beside the writer.
constexpr const char* kTooOld =
    "SELECT owner, thread_id, bytes, oldest_at FROM logs WHERE events > 0 AND oldest_at < ?1 "
    "ORDER BY last_at, thread_id, owner LIMIT ?2";
constexpr const char* kIdlest =
    "SELECT owner, thread_id, bytes, oldest_at FROM logs WHERE events > 0 "
    "ORDER BY last_at, thread_id, owner";

constexpr std::uint64_t kEverything = std::numeric_limits<std::int64_t>::max();

/// The `events` events whose seq is in [from, until) are no longer in their log.
Result<> forget(Database& writer, LogRows& rows, std::int64_t log_id, Seq from, std::uint64_t until,
                std::uint64_t events) {
  if (events == 0) return ok();
  if (events <= kSweptAtOnce)
    return writer.query(kForgetRange).bind(log_id, from.value, until).run();
  rows.set_sweep_due(true);
  return writer.query(kForgetLater).bind(log_id, until).run();
}

/// Moves the head past the events that go. True if no more have to.
Result<bool> move_past(Database& writer, const LogRow& row, const TrimLimits& limits,
                       LogHead& head) {
  Query query = writer.query(kMeasureEach);
  query.bind(row.log_id, head.first_retained.value);
  for (std::uint64_t seen = 0; seen < kTrimmedAtOnce; ++seen) {
    GP_TRY(const bool found, query.next());
    if (!found) return true;
    const Seq seq{query.unsigned_integer(0)};
    const bool goes = seq < limits.below || head.bytes > limits.bytes_max ||
                      head.events > limits.events_max ||
                      store::from_microseconds(query.integer(1)) < limits.oldest;
    if (!goes || seq >= limits.held) return true;
    head.bytes -= query.unsigned_integer(2);
    --head.events;
    head.first_retained = seq.next();
  }
  return false;
}

}  // namespace

Result<Trimmed> trim_log(Database& writer, LogRows& rows, const ThreadKey& key,
                         const TrimLimits& limits) {
  GP_TRY(LogRow * row, rows.find(writer, key));
  if (row == nullptr) return Trimmed{LogHead{{}, Seq{0}, Seq{1}}, true};
  LogHead head = row->head;
  GP_TRY(const bool finished, move_past(writer, *row, limits, head));
  if (finished) {
    const Seq below = std::min({limits.below, limits.held, head.last.next()});
    head.first_retained = std::max(head.first_retained, below);
  }
  const Seq before = row->head.first_retained;
  if (head.first_retained == before) return Trimmed{std::move(head), finished};
  GP_TRY(forget(writer, rows, row->log_id, before, head.first_retained.value,
                row->head.events - head.events));
  row->head = head;
  GP_TRY(find_oldest_at(writer, *row));
  GP_TRY(rows.save(writer, *row));
  return Trimmed{std::move(head), finished};
}

Result<> remove_log(Database& writer, LogRows& rows, const ThreadKey& key) {
  GP_TRY(const LogRow* row, rows.find(writer, key));
  if (row == nullptr) return ok();
  GP_TRY(
      forget(writer, rows, row->log_id, row->head.first_retained, kEverything, row->head.events));
  return rows.remove(writer, key, row->log_id);
}

Result<> sweep(Database& writer, LogRows& rows) {
  std::int64_t log_id = 0;
  std::uint64_t below = 0;
  {
    Query next = writer.query(kNextForgotten);
    GP_TRY(const bool found, next.next());
    rows.set_sweep_due(found);
    if (!found) return ok();
    log_id = next.integer(0);
    below = next.unsigned_integer(1);
  }
  std::optional<std::uint64_t> slice_end;
  {
    Query query = writer.query(kSliceEnd);
    GP_TRY(const bool more, query.bind(log_id, below, kSweptAtOnce).next());
    if (more) slice_end = query.unsigned_integer(0);
  }
  GP_TRY(writer.query(kForgetBelow).bind(log_id, slice_end.value_or(below)).run());
  if (slice_end) return ok();
  return writer.query(kAllForgotten).bind(log_id).run();
}

Result<std::vector<OverdueLog>> find_overdue(Database& database, const RetentionGoal& goal) {
  GP_TRY(const std::int64_t all_bytes, database.integer(kAllBytes));
  const auto bytes = static_cast<std::uint64_t>(all_bytes);
  std::uint64_t excess = bytes > goal.bytes_max ? bytes - goal.bytes_max : 0;
  Query query = database.query(excess > 0 ? kIdlest : kTooOld);
  if (excess == 0) query.bind(store::to_microseconds(goal.oldest), log::LogStorage::kOverdueMax);
  std::vector<OverdueLog> found;
  while (found.size() < log::LogStorage::kOverdueMax) {
    GP_TRY(const bool row, query.next());
    if (!row) break;
    if (excess == 0 && store::from_microseconds(query.integer(3)) >= goal.oldest) continue;
    TrimLimits limits;
    limits.oldest = goal.oldest;
    const std::uint64_t log_bytes = query.unsigned_integer(2);
    const std::uint64_t share = std::min(excess, log_bytes);
    if (share > 0) limits.bytes_max = log_bytes - share;
    excess -= share;
    found.push_back(
        {ThreadKey::from_storage(UserId(query.text(0)), ThreadId(query.text(1))), limits});
  }
  return found;
}

}  // namespace gp::sqlite
