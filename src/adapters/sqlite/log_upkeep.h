/// Retention: forgetting the oldest events, and whole logs, without holding the writer for long.
/// Contracts: log/log_storage.h.
///
/// How it works: the log's row says at once what is kept (first_retained, or no row at all), and
/// everything reads by it. Few events are deleted in the same transaction. Many are entered in
/// table `forgotten` ("events of log_id below `below`"), and the storage sweeps them, kSweptAtOnce
/// a transaction, between the transactions of others. The table outlives a crash, and the next
/// start goes on with it. Freed pages are used again; the file does not shrink.
///
/// Thread: the writer's, inside its transaction; find_overdue: whoever has the connection.
#pragma once

#include <vector>

#include "adapters/sqlite/log_rows.h"

namespace gp::sqlite {

/// Events deleted in one transaction: about a millisecond, or ten if they are large.
inline constexpr std::uint64_t kSweptAtOnce = 1'000;
/// Events that a trim looks at in one transaction, about 15 ms. A trim of more takes effect in
/// parts of so many.
inline constexpr std::uint64_t kTrimmedAtOnce = 50'000;

struct Trimmed {
  log::LogHead head;
  bool finished;  ///< else call again, in a later transaction
};
Result<Trimmed> trim_log(Database& writer, LogRows& rows, const identity::ThreadKey& key,
                         const log::TrimLimits& limits);

Result<> remove_log(Database& writer, LogRows& rows, const identity::ThreadKey& key);

/// Deletes some events that wait in `forgotten`. rows.sweep_due() says whether more do.
Result<> sweep(Database& writer, LogRows& rows);

Result<std::vector<log::OverdueLog>> find_overdue(Database& database,
                                                  const log::RetentionGoal& goal);

}  // namespace gp::sqlite
