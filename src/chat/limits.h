/// Limits of chat, each with its reaction. Settings of the same names feed them
/// (config/settings.def).
#pragma once

#include <cstddef>
#include <cstdint>

#include "agent/run_contract.h"
#include "base/byte_size.h"
#include "base/clock.h"

namespace gp::chat {

struct ChatLimits {
  /// Connections of one user. Reaction: the oldest is closed 4409 `replaced`.
  std::size_t connections_per_user = 10;
  /// Commands of one connection per second, and how many may come at once. Reaction: error
  /// `rate_limited`; a connection that goes on for another `commands_burst` is closed 4429.
  double commands_per_second = 50;
  double commands_burst = 200;
  /// Malformed frames of one connection before it is closed 1003.
  std::uint32_t malformed_messages = 20;
  /// Threads one connection reads explicitly. Reaction: error `overloaded`.
  std::size_t subscriptions = 256;
  /// Frames that wait for a slow reader besides events (acks, errors). Reaction:
  /// nothing more is read from the connection until they are taken.
  std::size_t outbox_bytes = 1 * kMiB;
  /// Messages in a snapshot.
  std::uint32_t snapshot_messages = 200;
  /// Told in welcome.
  Duration heartbeat = std::chrono::seconds(20);
  std::size_t message_bytes = 1 * kMiB;

  /// Runs of one user under way at once. Reaction: `rate_limited`.
  std::size_t runs_per_user = 8;
  /// Messages that wait for the active run of their thread. Reaction: `rate_limited`.
  std::size_t queue_per_thread = 8;
  /// A run's whole time, and its longest silence. Reaction: agent_error `agent_timeout`.
  Duration run_timeout = std::chrono::minutes(30);
  Duration run_idle_timeout = std::chrono::seconds(120);
  /// What one run may say. Reaction: agent_error `output_too_large`.
  agent::RunLimits run;
  /// What an agent is told of the thread: the newest messages, at most this many and this many
  /// bytes.
  std::uint32_t history_messages = 50;
  std::size_t history_bytes = 256 * kKiB;
};

}  // namespace gp::chat
