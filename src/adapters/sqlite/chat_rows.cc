#include "adapters/sqlite/chat_rows.h"

#include <fmt/core.h>

#include "store/page_cursor.h"

namespace gp::sqlite {
namespace {

constexpr const char* kFindThread =
    "SELECT thread_row, thread_id, title, metadata, created_at, updated_at, last_seq "
    "FROM threads WHERE owner = ?1 AND thread_id = ?2";
constexpr const char* kActiveRuns =
    "SELECT r.run_id, ?2, r.message_id, agent_name, state, error_code, r.created_at, finished_at "
    "FROM runs r JOIN messages m ON m.owner = r.owner AND m.message_id = r.message_id AND "
    "m.role = 'user' WHERE r.thread_row = ?1 AND state IN ('queued', 'running') AND m.seq > 0 "
    "ORDER BY run_row";
constexpr const char* kTouch =
    "UPDATE threads SET updated_at = MAX(updated_at, ?2), last_seq = MAX(last_seq, ?3) "
    "WHERE thread_row = ?1";

auto not_understood(const Database& database, std::string_view column, const std::string& text) {
  return fail(Code::store_unavailable,
              fmt::format("{}: a {} is \"{}\", which this program does not know; start the newer "
                          "goldenpath that wrote it",
                          database.path().string(), column, text));
}

Result<std::vector<protocol::Run>> active_runs(Database& database, std::int64_t thread_row,
                                               const ThreadId& thread_id) {
  std::vector<protocol::Run> runs;
  Query query = database.query(kActiveRuns);
  query.bind(thread_row, thread_id.str());
  while (true) {
    GP_TRY(const bool row, query.next());
    if (!row) return runs;
    GP_TRY(auto run, run_from(database, query));
    runs.push_back(std::move(run));
  }
}

}  // namespace

Result<std::optional<FoundThread>> find_thread_row(Database& database,
                                                   const identity::ThreadKey& key) {
  Query query = database.query(kFindThread);
  GP_TRY(const bool found, query.bind(key.owner().str(), key.thread_id().str()).next());
  if (!found) return std::optional<FoundThread>();
  GP_TRY(auto thread, thread_from(database, query));
  return std::optional(std::move(thread));
}

Result<FoundThread> thread_from(Database& database, const Query& query) {
  FoundThread found{query.integer(0), {}};
  protocol::Thread& thread = found.thread;
  thread.thread_id = ThreadId(query.text(1));
  thread.title = query.text(2);
  thread.metadata_json = query.text(3);
  thread.created_at = store::from_microseconds(query.integer(4));
  thread.updated_at = store::from_microseconds(query.integer(5));
  thread.last_seq = Seq{query.unsigned_integer(6)};
  GP_TRY(thread.active_runs, active_runs(database, found.thread_row, thread.thread_id));
  return found;
}

Result<protocol::Run> run_from(Database& database, const Query& query) {
  const std::string state_name = query.text(4);
  const auto state = protocol::run_state_from_name(state_name);
  if (!state) return not_understood(database, "run's state", state_name);
  protocol::Run run;
  run.run_id = RunId(query.text(0));
  run.thread_id = ThreadId(query.text(1));
  run.message_id = MessageId(query.text(2));
  run.agent_name = AgentName(query.text(3));
  run.state = *state;
  run.error_code = query.text(5);
  run.created_at = store::from_microseconds(query.integer(6));
  if (!query.is_null(7)) run.finished_at = store::from_microseconds(query.integer(7));
  return run;
}

Result<protocol::Message> message_from(Database& database, const Query& query) {
  const std::string role_name = query.text(2);
  const std::string status_name = query.text(7);
  const auto role = protocol::role_from_name(role_name);
  const auto status = protocol::message_status_from_name(status_name);
  if (!role) return not_understood(database, "message's role", role_name);
  if (!status) return not_understood(database, "message's status", status_name);
  protocol::Message message;
  message.message_id = MessageId(query.text(0));
  message.thread_id = ThreadId(query.text(1));
  message.role = *role;
  message.content = query.text(3);
  message.parts_json = query.text(4);
  message.run_id = RunId(query.text(5));
  message.seq = Seq{query.unsigned_integer(6)};
  message.status = *status;
  message.created_at = store::from_microseconds(query.integer(8));
  return message;
}

Error no_thread(const identity::ThreadKey& key) {
  return Error{Code::thread_not_found, "no thread " + key.thread_id().str()};
}

Result<> touch_thread(Database& database, std::int64_t thread_row, WallTime now, Seq seq) {
  return database.query(kTouch).bind(thread_row, store::to_microseconds(now), seq.value).run();
}

}  // namespace gp::sqlite
