#include "adapters/sqlite/chat_messages.h"

#include <algorithm>
#include <utility>

#include "adapters/sqlite/chat_rows.h"
#include "adapters/sqlite/chat_threads.h"
#include "store/page_cursor.h"

namespace gp::sqlite {
namespace {

using identity::ThreadKey;
using protocol::Message;
using protocol::Role;
using protocol::Run;
using protocol::RunState;
using store::AcceptedMessage;

constexpr const char* kFindAccepted =
    "SELECT message_id, t.thread_id, role, content, parts, run_id, seq, status, m.created_at "
    "FROM messages m JOIN threads t USING (thread_row) "
    "WHERE m.owner = ?1 AND message_id = ?2 AND role = 'user'";
constexpr const char* kInsertMessage =
    "INSERT INTO messages (thread_row, position, owner, message_id, role, content, parts, run_id, "
    "seq, status, created_at) VALUES (?1, "
    "(SELECT COALESCE(MAX(position), 0) + 1 FROM messages WHERE thread_row = ?1), "
    "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
constexpr const char* kInsertRun =
    "INSERT INTO runs (thread_row, owner, run_id, message_id, agent_name, state, error_code, "
    "created_at) VALUES (?1, ?2, ?3, ?4, ?5, 'queued', '', ?6)";
constexpr const char* kRecordSeq =
    "UPDATE messages SET seq = ?3 "
    "WHERE thread_row = ?1 AND message_id = ?2 AND role = 'user' AND owner = ?4";
constexpr const char* kListMessages =
    "SELECT message_id, ?4, role, content, parts, run_id, seq, status, created_at, position "
    "FROM messages WHERE thread_row = ?1 AND position < ?2 ORDER BY position DESC LIMIT ?3";
constexpr const char* kStartRun =
    "UPDATE runs SET state = 'running' WHERE owner = ?1 AND run_id = ?3 AND state = 'queued' AND "
    "thread_row = (SELECT thread_row FROM threads WHERE owner = ?1 AND thread_id = ?2)";
constexpr const char* kFindRun =
    "SELECT run_id, t.thread_id, message_id, agent_name, state, error_code, r.created_at, "
    "finished_at, thread_row FROM runs r JOIN threads t USING (thread_row) "
    "WHERE r.owner = ?1 AND run_id = ?2";
constexpr const char* kFinishRun =
    "UPDATE runs SET state = ?3, error_code = ?4, finished_at = ?5 "
    "WHERE owner = ?1 AND run_id = ?2";
// The condition on state is that of the index runs_active, so the finished runs are not looked at.
constexpr const char* kUnfinishedRuns =
    "SELECT r.run_id, t.thread_id, r.message_id, agent_name, state, error_code, r.created_at, "
    "finished_at, r.owner FROM runs r JOIN threads t USING (thread_row) "
    "WHERE state IN ('queued', 'running') ORDER BY run_row";

struct FoundRun {
  std::int64_t thread_row;
  Run run;
};

Result<std::optional<FoundRun>> find_run_row(Database& database, const UserId& owner,
                                             const RunId& run_id) {
  Query query = database.query(kFindRun);
  GP_TRY(const bool row, query.bind(owner.str(), run_id.str()).next());
  if (!row) return std::optional<FoundRun>();
  GP_TRY(auto run, run_from(database, query));
  return std::optional(FoundRun{query.integer(8), std::move(run)});
}

Result<std::optional<Message>> find_accepted(Database& database, const UserId& owner,
                                             const MessageId& message_id) {
  Query query = database.query(kFindAccepted);
  GP_TRY(const bool row, query.bind(owner.str(), message_id.str()).next());
  if (!row) return std::optional<Message>();
  GP_TRY(auto message, message_from(database, query));
  return std::optional(std::move(message));
}

Result<> insert_message(Database& database, std::int64_t thread_row, const UserId& owner,
                        const Message& message) {
  return database.query(kInsertMessage)
      .bind(thread_row, owner.str(), message.message_id.str(), protocol::to_string(message.role),
            message.content, message.parts_json, message.run_id.str(), message.seq.value,
            protocol::to_string(message.status), store::to_microseconds(message.created_at))
      .run();
}

Result<AcceptedMessage> repeat(Database& database, const ThreadKey& key,
                               const store::NewMessage& message, const Message& kept) {
  if (!message.repeats(key.thread_id(), kept.thread_id, kept.content, kept.parts_json))
    return fail(Code::idempotency_conflict,
                "message_id " + message.message_id.str() +
                    " was accepted with other content, parts or thread; use a new message_id");
  GP_TRY(const auto run, find_run(database, key.owner(), kept.run_id));
  return AcceptedMessage{kept.thread_id, kept.message_id, kept.run_id,
                         run.agent_name, kept.seq,        AcceptedMessage::How::kRepeated};
}

Result<std::int64_t> find_or_make_thread(Database& database, const ThreadKey& key,
                                         const store::NewMessage& message) {
  GP_TRY(const auto found, find_thread_row(database, key));
  if (found) return found->thread_row;
  return insert_thread(database, key,
                       store::NewThread{.title = message.title_if_new, .now = message.now});
}

protocol::MessageStatus status_after(RunState state) {
  switch (state) {
    case RunState::failed: return protocol::MessageStatus::failed;
    case RunState::cancelled: return protocol::MessageStatus::cancelled;
    default: return protocol::MessageStatus::complete;
  }
}

}  // namespace

Result<AcceptedMessage> accept_message(Database& database, const ThreadKey& key,
                                       const store::NewMessage& message) {
  GP_TRY(const auto kept, find_accepted(database, key.owner(), message.message_id));
  if (kept) return repeat(database, key, message, *kept);
  GP_TRY(const auto thread_row, find_or_make_thread(database, key, message));
  GP_TRY(insert_message(database, thread_row, key.owner(),
                        Message{.message_id = message.message_id,
                                .thread_id = key.thread_id(),
                                .role = Role::user,
                                .content = message.content,
                                .parts_json = message.parts_json,
                                .run_id = message.run_id,
                                .seq = {},
                                .created_at = message.now}));
  GP_TRY(database.query(kInsertRun)
             .bind(thread_row, key.owner().str(), message.run_id.str(), message.message_id.str(),
                   message.agent_name.str(), store::to_microseconds(message.now))
             .run());
  GP_TRY(touch_thread(database, thread_row, message.now, Seq{0}));
  return AcceptedMessage{key.thread_id(), message.message_id,
                         message.run_id,  message.agent_name,
                         Seq{},           AcceptedMessage::How::kFresh};
}

Result<> record_message_seq(Database& database, const ThreadKey& key, const MessageId& message_id,
                            Seq seq) {
  GP_TRY(const auto kept, find_accepted(database, key.owner(), message_id));
  if (!kept || kept->thread_id != key.thread_id()) return ok();
  GP_TRY(const auto thread, find_thread_row(database, key));
  if (!thread) return ok();
  GP_TRY(database.query(kRecordSeq)
             .bind(thread->thread_row, message_id.str(), seq.value, key.owner().str())
             .run());
  return touch_thread(database, thread->thread_row, thread->thread.updated_at, seq);
}

Result<Message> find_message(Database& database, const UserId& owner, const MessageId& message_id) {
  GP_TRY(auto kept, find_accepted(database, owner, message_id));
  if (!kept) return fail(Code::not_found, "no message " + message_id.str());
  return std::move(*kept);
}

Result<store::MessagePage> list_messages(Database& database, const ThreadKey& key,
                                         const store::Page& page) {
  GP_TRY(const auto before, store::parse_message_cursor(page.cursor));
  GP_TRY(const auto thread, find_thread_row(database, key));
  if (!thread) return no_thread(key);
  const std::uint32_t limit = store::page_limit(page.limit);
  Query query = database.query(kListMessages);
  query.bind(thread->thread_row, before, limit + 1, key.thread_id().str());
  store::MessagePage result;
  std::uint64_t oldest = 0;
  while (true) {
    GP_TRY(const bool row, query.next());
    if (!row) break;
    if (result.messages.size() == limit) {
      result.next_cursor = store::message_cursor(oldest);
      break;
    }
    oldest = query.unsigned_integer(9);
    GP_TRY(auto message, message_from(database, query));
    result.messages.push_back(std::move(message));
  }
  std::reverse(result.messages.begin(), result.messages.end());
  return result;
}

Result<> start_run(Database& database, const ThreadKey& key, const RunId& run_id) {
  return database.query(kStartRun)
      .bind(key.owner().str(), key.thread_id().str(), run_id.str())
      .run();
}

Result<> finish_run(Database& database, const ThreadKey& key, const store::FinishedRun& finished) {
  GP_TRY(const auto found, find_run_row(database, key.owner(), finished.run_id));
  if (!found || found->run.thread_id != key.thread_id()) return ok();
  if (!protocol::is_active(found->run.state)) return ok();
  GP_TRY(database.query(kFinishRun)
             .bind(key.owner().str(), finished.run_id.str(), protocol::to_string(finished.state),
                   finished.error_code, store::to_microseconds(finished.now))
             .run());
  GP_TRY(touch_thread(database, found->thread_row, finished.now, finished.seq));
  if (finished.answer.empty() && finished.state != RunState::completed) return ok();
  return insert_message(database, found->thread_row, key.owner(),
                        Message{.message_id = finished.answer_id,
                                .thread_id = key.thread_id(),
                                .role = Role::assistant,
                                .content = finished.answer,
                                .parts_json = "",
                                .run_id = finished.run_id,
                                .seq = finished.seq,
                                .status = status_after(finished.state),
                                .created_at = finished.now});
}

Result<Run> find_run(Database& database, const UserId& owner, const RunId& run_id) {
  GP_TRY(auto found, find_run_row(database, owner, run_id));
  if (!found) return fail(Code::run_not_found, "no run " + run_id.str());
  return std::move(found->run);
}

Result<std::vector<store::UnfinishedRun>> unfinished_runs(Database& database) {
  std::vector<store::UnfinishedRun> found;
  Query query = database.query(kUnfinishedRuns);
  while (true) {
    GP_TRY(const bool row, query.next());
    if (!row) return found;
    GP_TRY(auto run, run_from(database, query));
    auto key = ThreadKey::from_storage(UserId(query.text(8)), run.thread_id);
    found.push_back(store::UnfinishedRun{std::move(key), std::move(run)});
  }
}

}  // namespace gp::sqlite
