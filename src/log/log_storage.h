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
///     continue the log (`last + 1`, `last + 2`, …); others are Code::internal, and nothing is
///     kept.
///   - read returns events in order of seq, without gaps, beginning with the first whose `seq` is
///   above `after`.
///   - A thread that was never opened has no log: reading it gives nothing. Counter-example: an
///   adapter must not create one.
/// Errors: Code::store_unavailable when the storage cannot be read or written; nothing was changed
/// then.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/unique_function.h"
#include "identity/user_execution_context.h"
#include "protocol/event.h"

namespace gp::log {

struct LogHead {
  Epoch epoch;
  Seq last;            ///< 0 if empty
  Seq first_retained;  ///< the oldest event that can be read has this seq or lies above; 1 if
                       ///< nothing was removed
};

/// An event as kept: its canonical JSON covers first_seq … seq (equal unless folded).
struct StoredEvent {
  Seq seq;
  Seq first_seq;
  protocol::EventType type;
  std::string json;
};

struct LogAppend {
  identity::ThreadKey key;
  std::vector<StoredEvent> events;
};

struct ReadRange {
  Seq after;
  std::size_t bytes_max;  ///< stops before the event that would exceed it, but returns at least one
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
  /// Forgets events with seq below `keep_from`.
  virtual void truncate(const identity::ThreadKey& key, Seq keep_from,
                        Completion<Result<>> done) = 0;
  /// Forgets the whole log. A later open begins a new one.
  virtual void remove(const identity::ThreadKey& key, Completion<Result<>> done) = 0;
};

}  // namespace gp::log
