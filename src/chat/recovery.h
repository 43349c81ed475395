/// Recovery: ends the deletions and the runs that a crash left behind, before the core takes
/// connections.
///
/// Threads that were being deleted go first, log before store, with their runs.
/// For each unfinished run of a user whose home is this core its events are read. A run whose
/// terminal event had been committed is only marked in the store. For another the log gets a new
/// epoch (deltas may have been seen that were not stored); what the run contract still owes is
/// appended (agent_started, the end of open tools, agent_error `interrupted`); the partial answer
/// is stored. A message whose seq was not recorded is looked for in the log: if its event is there
/// it was accepted, and its seq is recorded; if not, it never was, and sending it again begins
/// anew. Thread: its core. Errors: store_unavailable; the server must not become ready then.
#pragma once

#include <deque>
#include <map>
#include <memory>

#include "chat/services.h"
#include "protocol/json.h"

namespace gp::chat {

class Recovery {
 public:
  using IsHome = UniqueFunction<bool(const UserId&)>;

  Recovery(ChatServices& services, IsHome is_home)
      : services_(services), is_home_(std::move(is_home)) {}

  /// Calls `done` once, with the number of runs that were ended.
  void start(Completion<Result<std::size_t>> done);

 private:
  struct Tool {
    std::string name;
    bool open;
  };
  /// What the log says about the run at hand.
  struct Findings {
    bool started = false;
    std::optional<protocol::EventType> terminal;
    std::string error_code;
    Seq terminal_seq;
    std::string escaped_answer;
    std::map<std::string, Tool> tools;
  };

  void end_deletions();
  void find_runs();
  /// First all seqs that are missing are found and recorded: ending a run changes what the store
  /// says of its thread.
  void locate();
  void located(Seq seq);
  void find_event(Seq after);
  void next();
  void skip();
  void conclude_all();
  bool learn_message(const log::StoredEvent& event);
  void give_up(const Error& error);
  void read_from(Seq after);
  void learn(const log::StoredEvent& event);
  void learn_text(const log::StoredEvent& event);
  std::string answer();
  void conclude();
  void renew_epoch();
  void append_end(log::ThreadLog& log);
  void finish(protocol::RunState state, std::string error_code, Seq seq);
  struct Unfinished {
    store::UnfinishedRun run;
    Seq message_seq;
  };
  const store::UnfinishedRun& current() const { return runs_.front().run; }

  ChatServices& services_;
  IsHome is_home_;
  Completion<Result<std::size_t>> done_;
  std::deque<identity::ThreadKey> to_delete_;
  std::deque<store::UnfinishedRun> to_locate_;
  std::deque<Unfinished> runs_;
  Findings findings_;
  /// Folded when all is done: the events of runs that are still to be read stay as they are.
  std::vector<identity::ThreadKey> threads_;
  std::size_t ended_ = 0;
  protocol::JsonParser parser_;
  runtime::Liveness liveness_;
};

}  // namespace gp::chat
