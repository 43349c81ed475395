#include "adapters/sqlite/log_events.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "store/page_cursor.h"

namespace gp::sqlite {
namespace {

using identity::ThreadKey;
using log::LogAppend;
using log::StoredEvent;

constexpr const char* kInsertEvent =
    "INSERT INTO events (log_id, seq, first_seq, type, json, fold, at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr const char* kReadEvents =
    "SELECT seq, first_seq, type, json, fold, at FROM events "
    "WHERE log_id = ?1 AND seq >= ?2 AND seq <= ?3 ORDER BY seq";
// length() of a text counts characters, and reads it to count them.
constexpr const char* kMeasure =
    "SELECT count(*), min(first_seq), max(seq), "
    "sum(length(CAST(json AS BLOB)) + ifnull(length(fold), 0)) "
    "FROM events WHERE log_id = ?1 AND seq >= ?2 AND seq <= ?3";
constexpr const char* kForgetRange =
    "DELETE FROM events WHERE log_id = ?1 AND seq >= ?2 AND seq <= ?3";
constexpr const char* kOldestAt =
    "SELECT at FROM events WHERE log_id = ?1 AND seq >= ?2 ORDER BY seq LIMIT 1";

/// `insert` is a use of kInsertEvent.
Result<> insert_event(Query& insert, std::int64_t log_id, const StoredEvent& event) {
  GP_TRY(insert
             .bind(log_id, event.seq.value, event.first_seq.value, protocol::to_string(event.type),
                   event.json, Blob{event.fold}, store::to_microseconds(event.at))
             .run());
  insert.again();
  return ok();
}

/// Takes the append into the rows in memory, and gives the row of each.
Result<std::vector<LogRow*>> count_in(Database& writer, LogRows& rows,
                                      const std::vector<LogAppend>& appends) {
  std::vector<LogRow*> of_append;
  of_append.reserve(appends.size());
  for (const LogAppend& append : appends) {
    GP_TRY(LogRow * row, rows.find(writer, append.key));
    if (row == nullptr)
      return fail(Code::internal, fmt::format("append to the log of {}, which was not opened",
                                              append.key.thread_id().view()));
    for (const StoredEvent& event : append.events) {
      if (event.first_seq != row->head.last.next() || event.seq < event.first_seq)
        return fail(Code::internal,
                    fmt::format("append to the log of {}: seq {} does not continue it at {}",
                                append.key.thread_id().view(), event.first_seq.value,
                                row->head.last.value));
      row->last_at = store::to_microseconds(event.at);
      if (row->head.events == 0) row->oldest_at = row->last_at;
      row->head.last = event.seq;
      row->head.bytes += event.bytes();
      ++row->head.events;
      row->changed = true;
    }
    of_append.push_back(row);
  }
  return of_append;
}

bool follow_each_other(const std::vector<StoredEvent>& events) {
  Seq last = events.front().first_seq.previous();
  for (const StoredEvent& event : events) {
    if (event.first_seq != last.next() || event.seq < event.first_seq) return false;
    last = event.seq;
  }
  return true;
}

struct Measure {
  std::uint64_t events;
  Seq first_seq;
  Seq last;
  std::uint64_t bytes;
};

Result<Measure> measure(Database& writer, std::int64_t log_id, Seq from, Seq to) {
  Query query = writer.query(kMeasure);
  GP_TRY(query.bind(log_id, from.value, to.value).next());
  return Measure{query.unsigned_integer(0), Seq{query.unsigned_integer(1)},
                 Seq{query.unsigned_integer(2)}, query.unsigned_integer(3)};
}

}  // namespace

// All is checked before anything is written, so that a refusal changes nothing.
Result<> append_events(Database& writer, LogRows& rows, const std::vector<LogAppend>& appends) {
  auto counted = count_in(writer, rows, appends);
  if (!counted) {
    for (const LogAppend& append : appends) rows.forget(append.key);
    return outcome::failure(std::move(counted).error());
  }
  // Log by log, whatever order they came in: each log's place in the B-tree is visited once.
  const std::vector<LogRow*>& of_append = counted.value();
  std::vector<std::size_t> order(appends.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return of_append[i]->log_id; });
  Query insert = writer.query(kInsertEvent);
  for (const std::size_t i : order) {
    for (const StoredEvent& event : appends[i].events) {
      GP_TRY(insert_event(insert, of_append[i]->log_id, event));
    }
  }
  for (LogRow* row : of_append) {
    if (row->changed) {
      GP_TRY(rows.save(writer, *row));
    }
  }
  return ok();
}

Result<> replace_events(Database& writer, LogRows& rows, const ThreadKey& key,
                        const std::vector<StoredEvent>& folded) {
  GP_TRY(LogRow * row, rows.find(writer, key));
  if (row == nullptr || folded.empty()) return ok();
  const Seq from = std::max(folded.front().first_seq, row->head.first_retained);
  const Seq to = folded.back().seq;
  GP_TRY(const Measure covered, measure(writer, row->log_id, from, to));
  if (covered.events == 0 || covered.first_seq != folded.front().first_seq || covered.last != to ||
      !follow_each_other(folded))
    return fail(Code::internal,
                fmt::format("the folded events {} to {} do not cover whole events of the log of {}",
                            folded.front().first_seq.value, to.value, key.thread_id().view()));
  GP_TRY(writer.query(kForgetRange).bind(row->log_id, from.value, to.value).run());
  row->head.bytes -= covered.bytes;
  row->head.events -= covered.events;
  Query insert = writer.query(kInsertEvent);
  for (const StoredEvent& event : folded) {
    GP_TRY(insert_event(insert, row->log_id, event));
    row->head.bytes += event.bytes();
    ++row->head.events;
  }
  row->head.folded = std::max(row->head.folded, to);
  GP_TRY(find_oldest_at(writer, *row));
  return rows.save(writer, *row);
}

Result<std::vector<StoredEvent>> read_events(Database& database, const EventRange& range) {
  std::vector<StoredEvent> page;
  if (range.from > range.to) return page;
  Query query = database.query(kReadEvents);
  query.bind(range.log_id, range.from.value, range.to.value);
  std::size_t bytes = 0;
  while (true) {
    GP_TRY(const bool row, query.next());
    if (!row) return page;
    const std::string_view type_name = query.view(2);
    const auto type = protocol::event_type_from_name(type_name);
    if (!type)
      return fail(Code::store_unavailable,
                  fmt::format("{}: an event has type \"{}\", which this program does not know; "
                              "start the newer goldenpath that wrote it",
                              database.path().string(), type_name));
    std::string json = query.text(3);
    bytes += json.size();
    if (!page.empty() && bytes > range.bytes_max) return page;
    page.push_back(StoredEvent{Seq{query.unsigned_integer(0)}, Seq{query.unsigned_integer(1)},
                               *type, std::move(json), query.blob(4),
                               store::from_microseconds(query.integer(5))});
  }
}

Result<> find_oldest_at(Database& writer, LogRow& row) {
  Query query = writer.query(kOldestAt);
  GP_TRY(const bool found, query.bind(row.log_id, row.head.first_retained.value).next());
  row.oldest_at = found ? query.integer(0) : 0;
  return ok();
}

}  // namespace gp::sqlite
