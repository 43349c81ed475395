/// LogStorage: the port that keeps the events of ThreadLogs.
///
/// ThreadLog (thread_log.h) is the one class that assigns seqs and serves cursors; an adapter only
/// keeps and returns what it is given, so no adapter can invent an order of its own.
///
/// Contract, checked for every adapter by log/contract_test_suite.h:
///   - Thread: an instance belongs to one core; completions run on that core, in a later turn,
///   exactly once.
///   - Operations on one thread take effect in the order they were asked for, also append before
///   read.
///   - append is atomic and durable when it completes: all of it or nothing, for all threads it
///   names. It is given seqs that
///     continue the log (the first begins at `last + 1`, each next where the one before ended);
///     others are Code::internal, and nothing is kept.
///   - read returns events in order of seq, without gaps, beginning with the first whose `seq` is
///   above `after`.
///   - A thread that was never opened has no log: reading it gives nothing. Counter-example: an
///   adapter must not create one.
/// Errors: Code::store_unavailable when the storage cannot be read or written; nothing was changed
/// then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/unique_function.h"
#include "identity/user_execution_context.h"
#include "log/stored_event.h"

namespace gp::log {

struct LogHead {
  Epoch epoch;
  Seq last;                  ///< 0 if empty
  Seq first_retained;        ///< the oldest event that can be read has this seq or lies above; 1 if
                             ///< nothing was removed
  Seq folded{};              ///< events up to here are kept in their folded form; 0 at first
  std::uint64_t bytes = 0;   ///< kept, of JSON and fold tables
  std::uint64_t events = 0;  ///< kept; a folded event is one
};

struct LogAppend {
  identity::ThreadKey key;
  std::vector<StoredEvent> events;
};

struct ReadRange {
  Seq after;
  std::size_t bytes_max;  ///< stops before the event that would exceed it, but returns at least one
};

/// How much of a log may stay. The oldest events go first, until all of it holds; an event that
/// lies partly below `held` stays.
struct TrimLimits {
  Seq below{0};  ///< events below go
  std::uint64_t bytes_max = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t events_max = std::numeric_limits<std::uint64_t>::max();
  WallTime oldest = WallTime::min();                    ///< events before go
  Seq held{std::numeric_limits<std::uint64_t>::max()};  ///< nothing from here on goes
};

/// What all logs together may hold.
struct RetentionGoal {
  WallTime oldest = WallTime::min();
  std::uint64_t bytes_max = std::numeric_limits<std::uint64_t>::max();
};

/// A log that holds more than it may, and what it should be trimmed to.
struct OverdueLog {
  identity::ThreadKey key;
  TrimLimits limits;
};

class LogStorage {
 public:
  virtual ~LogStorage() = default;

  /// The head of the thread's log, which is created with `epoch_if_new` if there is none.
  virtual void open(const identity::ThreadKey& key, const Epoch& epoch_if_new,
                    Completion<Result<LogHead>> done) = 0;
  virtual void append(std::vector<LogAppend> appends, Completion<Result<>> done) = 0;
  virtual void read(const identity::ThreadKey& key, ReadRange range,
                    Completion<Result<std::vector<StoredEvent>>> done) = 0;
  /// Gives the log another epoch; its events stay.
  virtual void renew_epoch(const identity::ThreadKey& key, const Epoch& epoch,
                           Completion<Result<>> done) = 0;
  /// Puts `folded` in the place of the events that it covers, which must be all events from
  /// folded.front().first_seq to folded.back().seq, whole; others are Code::internal, and nothing
  /// is changed. Events up to the last count as folded then. A log that is gone: nothing happens.
  virtual void replace(const identity::ThreadKey& key, std::vector<StoredEvent> folded,
                       Completion<Result<>> done) = 0;
  /// Forgets the oldest events; gives the head as it is then. A log that is gone has an empty head
  /// without epoch.
  virtual void trim(const identity::ThreadKey& key, const TrimLimits& limits,
                    Completion<Result<LogHead>> done) = 0;
  /// Up to kOverdueMax logs that hold events older than the goal, or, if all logs together hold
  /// more bytes than it, those that were idle for the longest, enough of them to reach it.
  static constexpr std::size_t kOverdueMax = 256;
  virtual void overdue(const RetentionGoal& goal,
                       Completion<Result<std::vector<OverdueLog>>> done) = 0;
  /// Forgets the whole log. A later open begins a new one.
  virtual void remove(const identity::ThreadKey& key, Completion<Result<>> done) = 0;
};

}  // namespace gp::log
