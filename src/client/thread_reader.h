/// ThreadReader: what one reader has seen of one thread, and whether that keeps the promises.
///
/// Owner:      a Session, or whoever reads SSE. It outlives connections: that is how a reader
/// resumes. Thread:     a value; no I/O. Invariants: (1) take() fails at the first gap or
/// duplicate; (2) it fails when an event breaks the
///             run contract; (3) after a failure nothing more is applied.
/// Source:     docs/protocol.md section 1.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "client/frame.h"

namespace gp::client {

/// One run as its events tell it.
struct RunView {
  std::string run_id;
  std::string message_id;
  std::string text;                      ///< the token deltas so far
  std::string thinking;                  ///< the thinking deltas so far
  std::set<protocol::EventType> seen{};  ///< event types
  std::set<std::string> open_tools{};    ///< tool_executing without its tool_completed
  bool started = false;                  ///< agent_started came, or came before this reader began
  std::optional<Frame> terminal{};       ///< the terminal event
  /// A snapshot came in which it is no longer active: its terminal event will not be seen.
  bool over_in_snapshot = false;

  bool over() const;
};

/// An event as it came, for comparing readers.
struct SeenEvent {
  std::uint64_t first_seq;
  std::uint64_t seq;
  std::string text;
};

class ThreadReader {
 public:
  /// Events kept for comparing, count. Reaction: no more are kept.
  static constexpr std::size_t kEventsKeptMax = 200'000;
  enum class Keep { kNothing, kEvents };

  /// Reads what comes after `after`; 0 is from the beginning.
  ThreadReader(std::string thread_id, std::uint64_t after, Keep keep)
      : thread_id_(std::move(thread_id)), start_(after), seq_(after), keep_(keep) {}

  /// Any frame: those of other threads and those without meaning for a reader are left alone.
  /// Errors: Code::protocol_error, saying what was expected and what came.
  Result<> take(const Frame& frame);

  const std::string& thread_id() const { return thread_id_; }
  std::uint64_t seq() const { return seq_; }
  const std::string& epoch() const { return epoch_; }
  /// An item of `/ws?after=`: "thr_a:17:EPOCH"; without the epoch if none was told.
  std::string resume_item() const;
  /// Deltas, counted before folding, of all runs.
  std::uint64_t covered() const { return covered_; }
  std::uint64_t caught_up_count() const { return caught_up_; }
  std::uint64_t snapshots() const { return snapshots_; }
  bool deleted() const { return deleted_; }

  const std::map<std::string, RunView>& runs() const { return runs_; }
  /// Nothing if no event of it came.
  const RunView* run(std::string_view run_id) const;
  const std::vector<SeenEvent>& events() const { return events_; }

 private:
  Result<> take_event(const Frame& event);
  Result<> take_run_event(const Frame& event);
  Result<> take_tool_event(const Frame& event, RunView& run);
  void take_snapshot(const Frame& snapshot);

  std::string thread_id_;
  std::uint64_t start_;
  std::uint64_t seq_;
  std::string epoch_;
  Keep keep_;
  std::uint64_t covered_ = 0;
  std::uint64_t caught_up_ = 0;
  std::uint64_t snapshots_ = 0;
  bool deleted_ = false;
  std::map<std::string, RunView> runs_;
  std::vector<SeenEvent> events_;
  std::optional<Error> failed_;
};

/// Whether both saw the same up to the lower of their ends: events that cover the same seqs must be
/// the same bytes, and of folded ones the transcripts must be equal. The detail says how many were
/// compared. Errors: Code::protocol_error with the first difference.
Result<std::string> compare(const ThreadReader& a, const ThreadReader& b);

}  // namespace gp::client
