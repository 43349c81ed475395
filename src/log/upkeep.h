/// Upkeep: what is done to stored logs in the background, one step at a time: finished runs are
/// folded, old events are trimmed.
///
/// Owner: the LogDirectory of a core. Thread: that core.
/// Folding reads a page of plain events, merges it and puts the result in its place (one atomic
/// LogStorage::replace), then the next; a part that goes on in the next page is folded on with it.
/// A crash between two steps leaves a log that is partly folded, which is as good; the end of the
/// thread's next run goes on from there.
/// On failure: the job is given up and counted; what it would have done is asked for again by the
/// end of the next run or the next look at the limits.
#pragma once

#include <deque>
#include <optional>
#include <variant>

#include "log/thread_log.h"

namespace gp::log {

class Upkeep {
 public:
  explicit Upkeep(LogDirectory& directory) : directory_(directory) {}

  void fold(ThreadLog& log, Seq through);
  void trim(ThreadLog& log, const TrimLimits& limits);

 private:
  struct Job {
    ThreadLog::Pin log;
    std::variant<Seq, TrimLimits> what;  ///< fold through this seq, or trim
  };
  void add(Job job);
  void start();
  void end(const Error* failure);
  void fold_from(Seq after);
  void fold_page(Seq after, std::vector<StoredEvent> page);

  LogDirectory& directory_;
  std::deque<Job> jobs_;  ///< the first is under way
  runtime::Liveness liveness_;
};

}  // namespace gp::log
