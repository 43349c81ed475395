/// Session: one tab. A WebSocketClient whose frames are parsed and given to the ThreadReaders that
/// are watched.
///
/// Thread:     blocking; one thread at a time, never a Core's.
/// Invariants: a frame is given to its ThreadReader before anybody else sees it.
/// Errors:     everywhere: Code::going_away when the connection is closed, with close code and
/// reason;
///             Code::request_timeout, saying what was awaited and what came instead;
///             Code::protocol_error from FrameReader and ThreadReader.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/unique_function.h"
#include "client/deadline.h"
#include "client/frame.h"
#include "client/thread_reader.h"
#include "client/url.h"
#include "client/websocket_client.h"

namespace gp::client {

class Session {
 public:
  /// Connects and takes the `welcome`. `random` outlives the session.
  static Result<Session> open(const Url& url, const WebSocketRequest& request, Random& random,
                              Deadline deadline);

  /// From now on the thread's frames go to `reader` as well, which outlives the session.
  void watch(ThreadReader& reader) { readers_[reader.thread_id()] = &reader; }

  Result<> send(std::string_view json, Deadline deadline) {
    return socket_.send_text(json, deadline);
  }
  /// The next frame; nothing at the deadline.
  Result<std::optional<Frame>> next(Deadline deadline);

  using Wanted = UniqueFunction<bool(const Frame&)>;
  /// Takes frames until one is wanted, and gives that one.
  Result<Frame> await(Wanted wanted, Deadline deadline, std::string_view what);
  /// Sends a command and takes frames until its ack or error comes. `id` is in `json`.
  Result<Frame> command(std::string_view json, std::string_view id, Deadline deadline);
  /// Subscribes from the reader's position, watches it and takes frames until it has caught up.
  /// What an earlier subscription (such as "*") sent of the thread before the ack is not the
  /// reader's.
  Result<> subscribe(ThreadReader& reader, std::string_view id, Deadline deadline);
  /// Takes frames until `done` says so; it is asked before the first frame as well.
  Result<> until(UniqueFunction<bool()> done, Deadline deadline, std::string_view what);

  const Frame& welcome() const { return welcome_; }
  /// Events that came, of any thread.
  std::uint64_t events() const { return events_; }
  WebSocketClient& socket() { return socket_; }

 private:
  explicit Session(WebSocketClient socket) : socket_(std::move(socket)) {}

  WebSocketClient socket_;
  FrameReader frames_;
  std::map<std::string, ThreadReader*> readers_;
  Frame welcome_;
  std::string last_type_ = "nothing";
  std::uint64_t events_ = 0;
};

}  // namespace gp::client
