#include "adapters/sqlite/chat_threads.h"

#include <utility>

#include "adapters/sqlite/chat_rows.h"
#include "store/page_cursor.h"

namespace gp::sqlite {
namespace {

using identity::ThreadKey;
using store::CreatedThread;

constexpr const char* kInsertThread =
    "INSERT INTO threads (owner, thread_id, title, metadata, created_at, updated_at, last_seq) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?5, 0) RETURNING thread_row";
constexpr const char* kListThreads =
    "SELECT thread_row, thread_id, title, metadata, created_at, updated_at, last_seq "
    "FROM threads WHERE owner = ?1 AND (updated_at, thread_id) < (?2, ?3) "
    "ORDER BY updated_at DESC, thread_id DESC LIMIT ?4";
constexpr const char* kRenameThread = "UPDATE threads SET title = ?2 WHERE thread_row = ?1";
constexpr const char* kMarkThread = "UPDATE threads SET is_going = 1 WHERE thread_row = ?1";
constexpr const char* kMarkedThreads =
    "SELECT owner, thread_id FROM threads WHERE is_going = 1 ORDER BY thread_row";
constexpr const char* kDeleteMessages = "DELETE FROM messages WHERE thread_row = ?1";
constexpr const char* kDeleteRuns = "DELETE FROM runs WHERE thread_row = ?1";
constexpr const char* kDeleteThread = "DELETE FROM threads WHERE thread_row = ?1";

}  // namespace

// The row is read to its end: only then has the statement happened.
Result<std::int64_t> insert_thread(Database& database, const ThreadKey& key,
                                   const store::NewThread& thread) {
  Query query = database.query(kInsertThread);
  query.bind(key.owner().str(), key.thread_id().str(), thread.title, thread.metadata_json,
             store::to_microseconds(thread.now));
  GP_TRY(query.next());
  const std::int64_t thread_row = query.integer(0);
  GP_TRY(query.run());
  return thread_row;
}

Result<CreatedThread> create_thread(Database& database, const ThreadKey& key,
                                    const store::NewThread& thread) {
  GP_TRY(auto found, find_thread_row(database, key));
  if (found) return CreatedThread{std::move(found->thread), CreatedThread::How::kExisted};
  GP_TRY(insert_thread(database, key, thread));
  GP_TRY(auto made, find_thread(database, key));
  return CreatedThread{std::move(made), CreatedThread::How::kMade};
}

Result<protocol::Thread> find_thread(Database& database, const ThreadKey& key) {
  GP_TRY(auto found, find_thread_row(database, key));
  if (!found) return no_thread(key);
  return std::move(found->thread);
}

Result<store::ThreadPage> list_threads(Database& database, const UserId& owner,
                                       const store::Page& page) {
  GP_TRY(const auto after, store::parse_thread_cursor(page.cursor));
  const std::uint32_t limit = store::page_limit(page.limit);
  Query query = database.query(kListThreads);
  query.bind(owner.str(), after.updated_at_microseconds, after.thread_id.str(), limit + 1);
  store::ThreadPage result;
  while (true) {
    GP_TRY(const bool row, query.next());
    if (!row) return result;
    if (result.threads.size() == limit) break;
    GP_TRY(auto found, thread_from(database, query));
    result.threads.push_back(std::move(found.thread));
  }
  const protocol::Thread& last = result.threads.back();
  result.next_cursor =
      store::thread_cursor({store::to_microseconds(last.updated_at), last.thread_id});
  return result;
}

Result<protocol::Thread> rename_thread(Database& database, const ThreadKey& key,
                                       const std::string& title, WallTime now) {
  GP_TRY(const auto found, find_thread_row(database, key));
  if (!found) return no_thread(key);
  GP_TRY(database.query(kRenameThread).bind(found->thread_row, title).run());
  GP_TRY(touch_thread(database, found->thread_row, now, Seq{0}));
  return find_thread(database, key);
}

Result<> begin_delete(Database& database, const ThreadKey& key) {
  GP_TRY(const auto found, find_thread_row(database, key));
  if (!found) return no_thread(key);
  return database.query(kMarkThread).bind(found->thread_row).run();
}

Result<std::vector<ThreadKey>> unfinished_deletions(Database& database) {
  std::vector<ThreadKey> keys;
  Query query = database.query(kMarkedThreads);
  while (true) {
    GP_TRY(const bool row, query.next());
    if (!row) return keys;
    keys.push_back(ThreadKey::from_storage(UserId(query.text(0)), ThreadId(query.text(1))));
  }
}

Result<> delete_thread(Database& database, const ThreadKey& key) {
  GP_TRY(const auto found, find_thread_row(database, key));
  if (!found) return no_thread(key);
  GP_TRY(database.query(kDeleteMessages).bind(found->thread_row).run());
  GP_TRY(database.query(kDeleteRuns).bind(found->thread_row).run());
  return database.query(kDeleteThread).bind(found->thread_row).run();
}

}  // namespace gp::sqlite
