#include "log/retention.h"

#include "base/log.h"

namespace gp::log {

Retention::Retention(LogDirectory& directory, IsHome is_home)
    : directory_(directory), is_home_(std::move(is_home)), timer_(directory.core()) {
  const RetentionLimits& limits = directory_.limits().retention;
  if (limits.age == Duration::zero() && limits.total_bytes == 0) return;
  timer_.arm(limits.interval, [this] { look(); });
}

void Retention::look() {
  const RetentionLimits& limits = directory_.limits().retention;
  timer_.arm(limits.interval, [this] { look(); });
  RetentionGoal goal;
  if (limits.age > Duration::zero())
    goal.oldest = directory_.core().clock().wall_now() -
                  std::chrono::duration_cast<WallTime::duration>(limits.age);
  if (limits.total_bytes > 0) goal.bytes_max = limits.total_bytes;
  directory_.storage().overdue(
      goal, [this, token = liveness_.token()](Result<std::vector<OverdueLog>> overdue) {
        if (!token.alive()) return;
        if (overdue.has_error()) {
          directory_.metrics().log_upkeep_failures.add();
          GP_LOG_WARNING("log", "old events cannot be looked for: {}", overdue.error().message);
          return;
        }
        for (const OverdueLog& log : overdue.value()) {
          if (is_home_(log.key.owner())) trim(log);
        }
      });
}

// A log that is not in memory is not brought there: it may be gone by now, and opening would make
// it anew. Nothing of it is under way.
void Retention::trim(const OverdueLog& overdue) {
  if (ThreadLog* log = directory_.find(overdue.key)) return log->trim(overdue.limits);
  directory_.storage().trim(
      overdue.key, overdue.limits, [this, token = liveness_.token()](Result<LogHead> head) {
        if (!token.alive()) return;
        metrics::CoreMetrics& metrics = directory_.metrics();
        (head.has_value() ? metrics.log_trims : metrics.log_upkeep_failures).add();
      });
}

}  // namespace gp::log
