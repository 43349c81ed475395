/// Limits of the log, each with its reaction.
#pragma once

#include <cstddef>

#include "base/byte_size.h"
#include "base/clock.h"

namespace gp::log {

struct LogLimits {
  /// Bytes of recent events a ThreadLog keeps in memory. Beyond: committed ones are read from
  /// storage when a cursor needs them.
  std::size_t hot_bytes = 256 * kKiB;
  /// Bytes a cursor reads from storage at once. One page per cursor that is behind, and no more.
  std::size_t page_bytes = 64 * kKiB;
  /// The longest a text delta waits for its commit. It may be delivered that much ahead of it.
  Duration commit_interval = std::chrono::milliseconds(20);
  /// Uncommitted bytes of a core that start a commit before the interval is over.
  std::size_t commit_bytes = 1 * kMiB;
  /// Uncommitted bytes of a core beyond which agents are paused until the storage has caught up.
  std::size_t uncommitted_bytes_max = 8 * kMiB;
  /// How long to wait before a failed commit is tried again.
  Duration commit_retry = std::chrono::milliseconds(200);
  /// A log without cursors, runs and uncommitted events leaves the memory after this time.
  Duration idle = std::chrono::seconds(30);
};

}  // namespace gp::log
