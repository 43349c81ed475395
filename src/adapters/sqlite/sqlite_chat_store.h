/// SqliteChatStore: ChatStore in the process's SqliteStorage. How and in which order:
/// sqlite_storage.h.
///
/// Thread: one core, that of the writer. Lifetime: the writer outlives it; completions may come
/// after it is gone.
#pragma once

#include "adapters/sqlite/core_writer.h"
#include "store/chat_store.h"

namespace gp::sqlite {

class SqliteChatStore final : public store::ChatStore {
 public:
  explicit SqliteChatStore(SqliteCoreWriter& writer) : writer_(writer) {}

  void create_thread(const identity::ThreadKey& key, store::NewThread thread,
                     Completion<Result<store::CreatedThread>> done) override;
  void find_thread(const identity::ThreadKey& key,
                   Completion<Result<protocol::Thread>> done) override;
  void list_threads(const identity::UserExecutionContext& context, store::Page page,
                    Completion<Result<store::ThreadPage>> done) override;
  void rename_thread(const identity::ThreadKey& key, std::string title, WallTime now,
                     Completion<Result<protocol::Thread>> done) override;
  void begin_delete(const identity::ThreadKey& key, Completion<Result<>> done) override;
  void unfinished_deletions(Completion<Result<std::vector<identity::ThreadKey>>> done) override;
  void delete_thread(const identity::ThreadKey& key, Completion<Result<>> done) override;
  void accept_message(const identity::ThreadKey& key, store::NewMessage message,
                      Completion<Result<store::AcceptedMessage>> done) override;
  void record_message_seq(const identity::ThreadKey& key, const MessageId& message_id, Seq seq,
                          Completion<Result<>> done) override;
  void find_message(const identity::UserExecutionContext& context, const MessageId& message_id,
                    Completion<Result<protocol::Message>> done) override;
  void list_messages(const identity::ThreadKey& key, store::Page page,
                     Completion<Result<store::MessagePage>> done) override;
  void start_run(const identity::ThreadKey& key, const RunId& run_id,
                 Completion<Result<>> done) override;
  void finish_run(const identity::ThreadKey& key, store::FinishedRun finished,
                  Completion<Result<>> done) override;
  void find_run(const identity::UserExecutionContext& context, const RunId& run_id,
                Completion<Result<protocol::Run>> done) override;
  void unfinished_runs(Completion<Result<std::vector<store::UnfinishedRun>>> done) override;

 private:
  SqliteCoreWriter& writer_;
};

}  // namespace gp::sqlite
