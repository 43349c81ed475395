/// ChatStore: the port that keeps threads, messages, runs and the idempotency of user messages.
///
/// Contract, checked for every adapter by store/contract_test_suite.h:
///   - Thread: an instance belongs to one core; completions run on that core, in a later turn,
///   exactly once.
///   - Writes complete when durable, and take effect in the order they were asked for.
///   - Everything is looked up inside one owner's namespace (a ThreadKey or a context names the
///   owner): a foreign thread, run or
///     message is exactly a missing one.
/// Errors: Code::store_unavailable when the store cannot be read or written; nothing was changed
/// then. Others as named.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/unique_function.h"
#include "identity/user_execution_context.h"
#include "protocol/shapes.h"

namespace gp::store {

struct NewThread {
  std::string title;
  std::string metadata_json = "{}";  ///< a JSON object
  WallTime now{};
};

struct CreatedThread {
  protocol::Thread thread;
  enum class How { kMade, kExisted } how;
};

/// `cursor` is what an earlier page gave as next_cursor; empty for the first page. Others:
/// Code::invalid_command.
struct Page {
  std::uint32_t limit = 50;
  std::string cursor;
};

struct ThreadPage {
  std::vector<protocol::Thread> threads;  ///< newest activity first
  std::string next_cursor;                ///< empty at the end
};

struct MessagePage {
  std::vector<protocol::Message>
      messages;             ///< oldest first; the page holds the newest before the cursor
  std::string next_cursor;  ///< asks for the page before these; empty at the beginning
};

struct NewMessage {
  MessageId message_id;  ///< the idempotency key, per owner
  std::string content;
  std::string parts_json;  ///< a JSON array, or empty
  RunId run_id;            ///< the run that will answer it
  AgentName agent_name;
  WallTime now{};
  std::string title_if_new{};  ///< the thread's title if the message makes the thread
  /// kAny: the sender named no thread; the key's was made for it, and a repetition may find
  /// another.
  enum class ThreadChoice { kNamed, kAny } thread_choice = ThreadChoice::kNamed;

  /// Whether a message accepted before under the same id, in `kept_thread`, is this one.
  bool repeats(const ThreadId& own_thread, const ThreadId& kept_thread,
               const std::string& kept_content, const std::string& kept_parts_json) const {
    return (thread_choice == ThreadChoice::kAny || own_thread == kept_thread) &&
           content == kept_content && parts_json == kept_parts_json;
  }
};

/// What was accepted under a message_id, now or before.
struct AcceptedMessage {
  ThreadId thread_id;
  MessageId message_id;
  RunId run_id;
  AgentName agent_name;
  Seq seq;  ///< of its user_message event; 0 while that is not recorded (record_message_seq)
  enum class How { kFresh, kRepeated } how;
};

struct FinishedRun {
  RunId run_id;
  protocol::RunState state;  ///< completed, failed or cancelled
  std::string error_code;
  Seq seq;  ///< of the terminal event
  WallTime now{};
  /// The answer as far as it came; no message is stored if the text is empty and the run did not
  /// complete.
  MessageId answer_id;
  std::string answer;
};

struct UnfinishedRun {
  identity::ThreadKey key;
  protocol::Run run;
};

class ChatStore {
 public:
  virtual ~ChatStore() = default;

  /// Makes the thread, or returns the one that is there, unchanged.
  virtual void create_thread(const identity::ThreadKey& key, NewThread thread,
                             Completion<Result<CreatedThread>> done) = 0;
  /// A thread's active_runs are those whose message has a seq: others were never accepted.
  /// Errors: thread_not_found.
  virtual void find_thread(const identity::ThreadKey& key,
                           Completion<Result<protocol::Thread>> done) = 0;
  virtual void list_threads(const identity::UserExecutionContext& context, Page page,
                            Completion<Result<ThreadPage>> done) = 0;
  /// Errors: thread_not_found.
  virtual void rename_thread(const identity::ThreadKey& key, std::string title, WallTime now,
                             Completion<Result<protocol::Thread>> done) = 0;
  /// Marks the thread as one that is going, so that a deletion that a crash cut short is found
  /// again (unfinished_deletions). Nothing else changes. Errors: thread_not_found.
  virtual void begin_delete(const identity::ThreadKey& key, Completion<Result<>> done) = 0;
  /// Threads of any owner that begin_delete marked and delete_thread has not removed.
  virtual void unfinished_deletions(Completion<Result<std::vector<identity::ThreadKey>>> done) = 0;
  /// Removes the thread, its messages and runs. Idempotency keys of its messages go with it.
  /// Errors: thread_not_found.
  virtual void delete_thread(const identity::ThreadKey& key, Completion<Result<>> done) = 0;

  /// Accepts a message once per owner and message_id: makes the thread if it is not there, the
  /// message and its run (queued), all or nothing. The same id again with equal content, parts and
  /// thread: what was accepted before. Errors: idempotency_conflict if content, parts or thread
  /// differ.
  virtual void accept_message(const identity::ThreadKey& key, NewMessage message,
                              Completion<Result<AcceptedMessage>> done) = 0;
  virtual void record_message_seq(const identity::ThreadKey& key, const MessageId& message_id,
                                  Seq seq, Completion<Result<>> done) = 0;
  /// What was accepted under the id. Errors: not_found.
  virtual void find_message(const identity::UserExecutionContext& context,
                            const MessageId& message_id,
                            Completion<Result<protocol::Message>> done) = 0;
  /// Errors: thread_not_found.
  virtual void list_messages(const identity::ThreadKey& key, Page page,
                             Completion<Result<MessagePage>> done) = 0;

  virtual void start_run(const identity::ThreadKey& key, const RunId& run_id,
                         Completion<Result<>> done) = 0;
  /// Ends the run and stores the answer. Ending an ended run changes nothing.
  virtual void finish_run(const identity::ThreadKey& key, FinishedRun finished,
                          Completion<Result<>> done) = 0;
  /// Errors: run_not_found.
  virtual void find_run(const identity::UserExecutionContext& context, const RunId& run_id,
                        Completion<Result<protocol::Run>> done) = 0;
  /// Runs of any owner that never finished: what a crash left behind. The message of some may have
  /// no seq: whether it is in the log is for the asker to find out.
  virtual void unfinished_runs(Completion<Result<std::vector<UnfinishedRun>>> done) = 0;
};

}  // namespace gp::store
