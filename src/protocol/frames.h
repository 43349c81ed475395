/// Frames without a seq: welcome, ack, error, snapshot, caught_up, goaway. docs/protocol.md
/// section 2.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "protocol/shapes.h"

namespace gp::protocol {

struct Welcome {
  ConnectionId connection_id;
  UserId user_id;
  WallTime server_time;
  Duration heartbeat;
  std::size_t message_bytes;
  std::size_t connections_per_user;
  std::optional<WallTime> token_expires_at;
};

enum class SnapshotReason : std::uint8_t { retention, epoch, requested };
std::string_view to_string(SnapshotReason reason);

/// The state of a thread up to `seq`, for a reader whose position cannot be served. Events after
/// `seq` follow it.
struct Snapshot {
  ThreadId thread_id;
  Epoch epoch;
  Seq seq;
  SnapshotReason reason;
  std::vector<Message> messages;
  std::vector<Run> runs;
};

struct CaughtUp {
  ThreadId thread_id;
  Epoch epoch;
  Seq seq;
};

struct GoAway {
  Duration reconnect_after;
  std::string_view reason;
};

}  // namespace gp::protocol
