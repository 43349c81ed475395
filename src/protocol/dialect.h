/// Dialect: how commands and events look on one kind of connection. Pure: bytes in, values out, and
/// back; no I/O, no state.
///
/// To add one: derive, give it a subprotocol name, and list it in gateway/websocket_route.cc.
/// Events come in canonical JSON; a dialect that shows them otherwise decodes that.
#pragma once

#include <string>
#include <string_view>

#include "base/shared_bytes.h"
#include "protocol/command.h"
#include "protocol/frames.h"

namespace gp::protocol {

class Dialect {
 public:
  virtual ~Dialect() = default;

  /// The subprotocol: "goldenpath.v1".
  virtual std::string_view name() const = 0;
  virtual Command decode(std::string_view text) = 0;

  virtual SharedBytes event(const SharedBytes& canonical) = 0;
  virtual std::string welcome(const Welcome& welcome) = 0;
  /// `fields_json`: the result's members without braces, perhaps empty.
  virtual std::string ack(std::string_view command_id, std::string_view fields_json) = 0;
  /// `details_json`: an object with what the code needs besides words: {"thread_id":"…"}.
  virtual std::string error(std::string_view command_id, const Error& error,
                            std::string_view details_json) = 0;
  std::string error(std::string_view command_id, const Error& failure) {
    return error(command_id, failure, "{}");
  }
  virtual std::string pong(const Ping& ping) = 0;
  virtual std::string snapshot(const Snapshot& snapshot) = 0;
  virtual std::string caught_up(const CaughtUp& caught_up) = 0;
  virtual std::string goaway(const GoAway& goaway) = 0;
};

}  // namespace gp::protocol
