/// The events of logs as functions of the database. Contracts: log/log_storage.h.
///
/// Thread: the writer's inside its transaction; read_events: whoever has the connection.
#pragma once

#include <vector>

#include "adapters/sqlite/log_rows.h"

namespace gp::sqlite {

/// Seqs that do not continue a log, or a log that was not opened: Code::internal, nothing changed.
Result<> append_events(Database& writer, LogRows& rows, const std::vector<log::LogAppend>& appends);

Result<> replace_events(Database& writer, LogRows& rows, const identity::ThreadKey& key,
                        const std::vector<log::StoredEvent>& folded);

/// Those of the log that end within from … to, up to bytes_max of JSON but at least one.
struct EventRange {
  std::int64_t log_id;
  Seq from;
  Seq to;
  std::size_t bytes_max;
};
Result<std::vector<log::StoredEvent>> read_events(Database& database, const EventRange& range);

/// Looks up when the oldest event happened. After the events below first_retained changed.
Result<> find_oldest_at(Database& writer, LogRow& row);

}  // namespace gp::sqlite
