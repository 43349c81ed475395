/// Limits of the log, each with its reaction. Settings of the same names feed them
/// (config/settings.def).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/byte_size.h"
#include "base/clock.h"
#include "log/fold.h"

namespace gp::log {

/// What is kept; 0: no limit. Reaction: the oldest events go, and a reader who still needs them
/// gets a snapshot. Events of a run under way never go.
struct RetentionLimits {
  Duration age{0};                 ///< of an event
  std::uint64_t thread_bytes = 0;  ///< of one thread's events
  std::uint64_t thread_events = 0;
  std::uint64_t total_bytes =
      0;  ///< of all events; threads that were idle for the longest lose first
  /// How often age and total are looked at.
  Duration interval = std::chrono::seconds(60);
};

struct LogLimits {
  /// Bytes of recent events a ThreadLog keeps in memory. Beyond: committed ones are read from
  /// storage when a cursor needs them.
  std::size_t hot_bytes = 64 * kKiB;
  /// Bytes that are read from storage at once, one page per log at a time.
  std::size_t page_bytes = 256 * kKiB;
  /// A reader that is this many bytes behind gets deltas merged; 0: nothing is ever folded.
  std::size_t fold_bytes = 16 * kKiB;
  /// What one folded event may cover.
  FoldLimits fold{};
  /// Bytes of catch-ups kept to be shared by readers, per core.
  std::size_t shared_bytes = 4 * kMiB;
  /// The longest a text delta waits for its commit. It may be delivered that much ahead of it.
  Duration commit_interval = std::chrono::milliseconds(500);
  /// Uncommitted bytes of a core that start a commit before the interval is over.
  std::size_t commit_bytes = 8 * kMiB;
  /// Uncommitted bytes of a core beyond which agents are paused until the storage has caught up.
  std::size_t uncommitted_bytes_max = 32 * kMiB;
  /// How long to wait before a failed commit is tried again.
  Duration commit_retry = std::chrono::milliseconds(200);
  /// A log without cursors, runs and uncommitted events leaves the memory after this time.
  Duration idle = std::chrono::seconds(30);
  RetentionLimits retention{};
};

}  // namespace gp::log
