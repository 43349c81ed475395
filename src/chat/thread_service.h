/// ThreadService: what can be done with threads, messages and runs. Every way in (WebSocket
/// commands, HTTP, admin) calls it.
///
/// Thread: its core, which is the home core of every context given to it. Every operation takes a
/// context; what the context's user does not own does not exist. Completions run on the core,
/// perhaps before the call returns.
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "chat/run_supervisor.h"
#include "chat/services.h"
#include "protocol/command.h"

namespace gp::chat {

struct MessageAck {
  ThreadId thread_id;
  MessageId message_id;
  RunId run_id;
  Seq seq;
};

class ThreadService {
 public:
  ThreadService(ChatServices& services, RunSupervisor& runs);

  /// Accepts a message once, appends its event, launches its run; completes when the event is
  /// committed. Errors: invalid_id, agent_not_found, run_active, rate_limited,
  /// idempotency_conflict, draining, store_unavailable.
  void send_message(const identity::UserExecutionContext& context, protocol::UserMessage message,
                    Completion<Result<MessageAck>> done);
  /// Errors: run_not_found.
  Result<protocol::Run> stop(const identity::UserExecutionContext& context,
                             const protocol::Stop& stop);
  /// Errors: run_not_found.
  void find_run(const identity::UserExecutionContext& context, const RunId& run_id,
                Completion<Result<protocol::Run>> done);

  void list_threads(const identity::UserExecutionContext& context, protocol::ListThreads request,
                    Completion<Result<store::ThreadPage>> done);
  void create_thread(const identity::UserExecutionContext& context, protocol::CreateThread request,
                     Completion<Result<store::CreatedThread>> done);
  /// Errors: thread_not_found, also below.
  void find_thread(const identity::UserExecutionContext& context, const ThreadId& thread_id,
                   Completion<Result<protocol::Thread>> done);
  void rename_thread(const identity::UserExecutionContext& context, protocol::RenameThread request,
                     Completion<Result<protocol::Thread>> done);
  /// Stops its runs, tells its readers (thread_updated, status deleted), removes its messages and
  /// events.
  void delete_thread(const identity::UserExecutionContext& context,
                     const protocol::DeleteThread& request, Completion<Result<>> done);
  void history(const identity::UserExecutionContext& context, protocol::History request,
               Completion<Result<store::MessagePage>> done);

  /// Whether the thread is on its way out: it exists for nobody any more.
  bool deleting(const identity::ThreadKey& key) const { return deleting_.contains(key); }

  /// From now on new messages are refused with `draining`; runs under way go on.
  void begin_drain() { draining_ = true; }

 private:
  struct Sending {
    identity::UserExecutionContext context;
    identity::ThreadKey key;
    protocol::UserMessage message;
    store::NewMessage::ThreadChoice thread_choice;
    Completion<Result<MessageAck>> done;
  };

  /// A message whose event is in the log: what is left is its commit, its seq and its run.
  struct Appended {
    Appended(runtime::Core& core, Sending from, store::AcceptedMessage as, log::ThreadLog& to)
        : sending(std::move(from)), accepted(std::move(as)), log(to, to.last()), retry(core) {}
    Sending sending;
    store::AcceptedMessage accepted;
    log::ThreadLog::Pin log;
    runtime::Timer retry;
  };

  void admit_message(Sending sending);
  void accept_message(Sending sending);
  void append_message(Sending sending, store::AcceptedMessage accepted);
  void on_message_committed(const std::string& in_flight, Result<Seq> committed);
  void record_message(const std::string& in_flight);
  /// The message of the thread that comes first in its log and whose seq is not recorded.
  const std::string* first_to_record(const identity::ThreadKey& key) const;
  void launch_run(Sending& sending, const store::AcceptedMessage& accepted, log::ThreadLog& log);
  void unreserve(const identity::ThreadKey& key);
  void begin_delete(const identity::ThreadKey& key);
  void mark(const identity::ThreadKey& key);
  void remove_log(const identity::ThreadKey& key);
  void remove_stored(const identity::ThreadKey& key);
  void finish_delete(const identity::ThreadKey& key, Result<> result);
  void settle(Sending& sending, Result<MessageAck> result);
  void answer(Sending& sending, Result<MessageAck> result);
  /// The storage fails: nobody waits for it without being told.
  void tell_all(const Error& error);

  ChatServices& services_;
  RunSupervisor& runs_;
  /// Messages being accepted, by user and message_id; the same message sent meanwhile waits for the
  /// first.
  std::unordered_map<std::string, std::vector<Sending>> sending_;
  std::unordered_map<std::string, std::unique_ptr<Appended>> appended_;
  /// Threads with a message between admission and launch: nobody else may slip in.
  std::unordered_map<identity::ThreadKey, std::size_t> reserved_;
  /// Threads that are being deleted take no messages; deletions wait for messages on their way in.
  struct Deletion {
    std::vector<Completion<Result<>>> waiting;
    bool begun = false;
    std::optional<log::ThreadLog::Pin> log{};  ///< until its last event is appended
  };
  std::unordered_map<identity::ThreadKey, Deletion> deleting_;
  bool draining_ = false;
  runtime::Liveness liveness_;
};

}  // namespace gp::chat
