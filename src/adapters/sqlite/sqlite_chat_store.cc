#include "adapters/sqlite/sqlite_chat_store.h"

#include <utility>

#include "adapters/sqlite/chat_messages.h"
#include "adapters/sqlite/chat_threads.h"

// Every operation is a function of chat_threads.h or chat_messages.h, run in the writer's order.
namespace gp::sqlite {

using identity::ThreadKey;
using identity::UserExecutionContext;
using Kind = Operation::Kind;

void SqliteChatStore::create_thread(const ThreadKey& key, store::NewThread thread,
                                    Completion<Result<store::CreatedThread>> done) {
  const std::size_t bytes = thread.title.size() + thread.metadata_json.size();
  writer_.ask<store::CreatedThread>(
      Kind::kOrdinary, bytes,
      [key, thread = std::move(thread)](Database& database) {
        return sqlite::create_thread(database, key, thread);
      },
      std::move(done));
}

void SqliteChatStore::find_thread(const ThreadKey& key, Completion<Result<protocol::Thread>> done) {
  writer_.ask<protocol::Thread>(
      Kind::kOrdinary, 0, [key](Database& database) { return sqlite::find_thread(database, key); },
      std::move(done));
}

void SqliteChatStore::list_threads(const UserExecutionContext& context, store::Page page,
                                   Completion<Result<store::ThreadPage>> done) {
  const std::size_t bytes = page.cursor.size();
  writer_.ask<store::ThreadPage>(
      Kind::kOrdinary, bytes,
      [owner = context.user_id(), page = std::move(page)](Database& database) {
        return sqlite::list_threads(database, owner, page);
      },
      std::move(done));
}

void SqliteChatStore::rename_thread(const ThreadKey& key, std::string title, WallTime now,
                                    Completion<Result<protocol::Thread>> done) {
  const std::size_t bytes = title.size();
  writer_.ask<protocol::Thread>(
      Kind::kOrdinary, bytes,
      [key, title = std::move(title), now](Database& database) {
        return sqlite::rename_thread(database, key, title, now);
      },
      std::move(done));
}

void SqliteChatStore::begin_delete(const ThreadKey& key, Completion<Result<>> done) {
  writer_.ask<void>(
      Kind::kOrdinary, 0, [key](Database& database) { return sqlite::begin_delete(database, key); },
      std::move(done));
}

void SqliteChatStore::unfinished_deletions(Completion<Result<std::vector<ThreadKey>>> done) {
  writer_.ask<std::vector<ThreadKey>>(
      Kind::kOrdinary, 0, [](Database& database) { return sqlite::unfinished_deletions(database); },
      std::move(done));
}

void SqliteChatStore::delete_thread(const ThreadKey& key, Completion<Result<>> done) {
  writer_.ask<void>(
      Kind::kOrdinary, 0,
      [key](Database& database) { return sqlite::delete_thread(database, key); }, std::move(done));
}

void SqliteChatStore::accept_message(const ThreadKey& key, store::NewMessage message,
                                     Completion<Result<store::AcceptedMessage>> done) {
  const std::size_t bytes = message.content.size() + message.parts_json.size();
  writer_.ask<store::AcceptedMessage>(
      Kind::kOrdinary, bytes,
      [key, message = std::move(message)](Database& database) {
        return sqlite::accept_message(database, key, message);
      },
      std::move(done));
}

void SqliteChatStore::record_message_seq(const ThreadKey& key, const MessageId& message_id, Seq seq,
                                         Completion<Result<>> done) {
  writer_.ask<void>(
      Kind::kOrdinary, 0,
      [key, message_id, seq](Database& database) {
        return sqlite::record_message_seq(database, key, message_id, seq);
      },
      std::move(done));
}

void SqliteChatStore::find_message(const UserExecutionContext& context, const MessageId& message_id,
                                   Completion<Result<protocol::Message>> done) {
  writer_.ask<protocol::Message>(
      Kind::kOrdinary, 0,
      [owner = context.user_id(), message_id](Database& database) {
        return sqlite::find_message(database, owner, message_id);
      },
      std::move(done));
}

void SqliteChatStore::list_messages(const ThreadKey& key, store::Page page,
                                    Completion<Result<store::MessagePage>> done) {
  const std::size_t bytes = page.cursor.size();
  writer_.ask<store::MessagePage>(
      Kind::kOrdinary, bytes,
      [key, page = std::move(page)](Database& database) {
        return sqlite::list_messages(database, key, page);
      },
      std::move(done));
}

void SqliteChatStore::start_run(const ThreadKey& key, const RunId& run_id,
                                Completion<Result<>> done) {
  writer_.ask<void>(
      Kind::kOrdinary, 0,
      [key, run_id](Database& database) { return sqlite::start_run(database, key, run_id); },
      std::move(done));
}

void SqliteChatStore::finish_run(const ThreadKey& key, store::FinishedRun finished,
                                 Completion<Result<>> done) {
  const std::size_t bytes = finished.answer.size();
  writer_.ask<void>(
      Kind::kOrdinary, bytes,
      [key, finished = std::move(finished)](Database& database) {
        return sqlite::finish_run(database, key, finished);
      },
      std::move(done));
}

void SqliteChatStore::find_run(const UserExecutionContext& context, const RunId& run_id,
                               Completion<Result<protocol::Run>> done) {
  writer_.ask<protocol::Run>(
      Kind::kOrdinary, 0,
      [owner = context.user_id(), run_id](Database& database) {
        return sqlite::find_run(database, owner, run_id);
      },
      std::move(done));
}

void SqliteChatStore::unfinished_runs(Completion<Result<std::vector<store::UnfinishedRun>>> done) {
  writer_.ask<std::vector<store::UnfinishedRun>>(
      Kind::kOrdinary, 0, [](Database& database) { return sqlite::unfinished_runs(database); },
      std::move(done));
}

}  // namespace gp::sqlite
