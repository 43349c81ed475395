/// Rows of the chat tables as the shapes of protocol/shapes.h: what chat_threads.h and
/// chat_messages.h share.
///
/// Thread: the writer's. Errors: as Database; Code::store_unavailable also for a row this program
/// cannot understand.
#pragma once

#include <optional>
#include <vector>

#include "adapters/sqlite/database.h"
#include "base/ids.h"
#include "identity/user_execution_context.h"
#include "protocol/shapes.h"

namespace gp::sqlite {

struct FoundThread {
  std::int64_t thread_row;
  protocol::Thread thread;
};

/// With its active runs.
Result<std::optional<FoundThread>> find_thread_row(Database& database,
                                                   const identity::ThreadKey& key);
/// The same from columns thread_row, thread_id, title, metadata, created_at, updated_at, last_seq
/// of `query`.
Result<FoundThread> thread_from(Database& database, const Query& query);
/// From columns run_id, thread_id, message_id, agent_name, state, error_code, created_at,
/// finished_at, then more.
Result<protocol::Run> run_from(Database& database, const Query& query);
/// From columns message_id, thread_id, role, content, parts, run_id, seq, status, created_at, then
/// more.
Result<protocol::Message> message_from(Database& database, const Query& query);

/// For the refusal of a thread that the owner does not have.
Error no_thread(const identity::ThreadKey& key);
/// The thread had activity at `now`, and its newest message or end of run is `seq` if that is
/// newer.
Result<> touch_thread(Database& database, std::int64_t thread_row, WallTime now, Seq seq);

}  // namespace gp::sqlite
