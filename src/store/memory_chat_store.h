/// MemoryChatStore: ChatStore over a MemoryChatData that outlives it, for tests and simulation.
///
/// Thread: one core; all adapters over one MemoryChatData run on one thread.
/// Destroying an adapter is a crash: operations that have not completed never take effect
/// (runtime/simulated_device.h). A new adapter over the same data is the restart.
#pragma once

#include <map>
#include <utility>

#include "runtime/simulated_device.h"
#include "store/chat_store.h"

namespace gp::store {

/// What is on the simulated disk, and how the disk fails.
struct MemoryChatData {
  using ThreadName = std::pair<UserId, ThreadId>;
  struct Thread {
    protocol::Thread shape;  ///< active_runs stays empty; it is filled when asked for
    std::vector<protocol::Message> messages;
    std::vector<protocol::Run> runs;
    bool is_going = false;
  };
  std::map<ThreadName, Thread> threads;
  /// The thread that an owner's user message or run belongs to.
  std::map<std::pair<UserId, MessageId>, ThreadId> accepted;
  std::map<std::pair<UserId, RunId>, ThreadId> runs;
  runtime::DeviceFaults faults;
};

class MemoryChatStore final : public ChatStore {
 public:
  MemoryChatStore(runtime::Core& core, MemoryChatData& data)
      : data_(data), device_(core, data.faults) {}

  void create_thread(const identity::ThreadKey& key, NewThread thread,
                     Completion<Result<CreatedThread>> done) override;
  void find_thread(const identity::ThreadKey& key,
                   Completion<Result<protocol::Thread>> done) override;
  void list_threads(const identity::UserExecutionContext& context, Page page,
                    Completion<Result<ThreadPage>> done) override;
  void rename_thread(const identity::ThreadKey& key, std::string title, WallTime now,
                     Completion<Result<protocol::Thread>> done) override;
  void begin_delete(const identity::ThreadKey& key, Completion<Result<>> done) override;
  void unfinished_deletions(Completion<Result<std::vector<identity::ThreadKey>>> done) override;
  void delete_thread(const identity::ThreadKey& key, Completion<Result<>> done) override;
  void accept_message(const identity::ThreadKey& key, NewMessage message,
                      Completion<Result<AcceptedMessage>> done) override;
  void record_message_seq(const identity::ThreadKey& key, const MessageId& message_id, Seq seq,
                          Completion<Result<>> done) override;
  void find_message(const identity::UserExecutionContext& context, const MessageId& message_id,
                    Completion<Result<protocol::Message>> done) override;
  void list_messages(const identity::ThreadKey& key, Page page,
                     Completion<Result<MessagePage>> done) override;
  void start_run(const identity::ThreadKey& key, const RunId& run_id,
                 Completion<Result<>> done) override;
  void finish_run(const identity::ThreadKey& key, FinishedRun finished,
                  Completion<Result<>> done) override;
  void find_run(const identity::UserExecutionContext& context, const RunId& run_id,
                Completion<Result<protocol::Run>> done) override;
  void unfinished_runs(Completion<Result<std::vector<UnfinishedRun>>> done) override;

  /// Operations asked for that have not taken effect.
  std::size_t waiting() const { return device_.waiting(); }
  /// The oldest `durable` of them take effect, the others never do; none completes.
  void crash(std::size_t durable) { device_.crash(durable); }

 private:
  template <class T>
  void ask(runtime::SimulatedDevice::Kind kind, UniqueFunction<Result<T>()> work,
           Completion<Result<T>> done);

  MemoryChatData& data_;
  runtime::SimulatedDevice device_;
};

}  // namespace gp::store
