/// GoldenpathV1: the dialect `goldenpath.v1`, which is the canonical form itself. docs/protocol.md
/// is its manual.
///
/// Thread: one per core (the parser is reused).
#pragma once

#include "protocol/dialect.h"
#include "protocol/json.h"

namespace gp::protocol {

/// A field of a command that an HTTP path holds; no name: none.
struct PathMember {
  std::string_view name;
  std::string_view value;
};

class GoldenpathV1 final : public Dialect {
 public:
  static constexpr std::string_view kName = "goldenpath.v1";
  static constexpr std::size_t kCommandIdBytesMax = 128;
  static constexpr std::uint32_t kPageMax = 200;

  std::string_view name() const override { return kName; }
  Command decode(std::string_view text) override;
  SharedBytes event(const SharedBytes& canonical) override { return canonical; }
  std::string welcome(const Welcome& welcome) override;
  std::string ack(std::string_view command_id, std::string_view fields_json) override;
  using Dialect::error;
  std::string error(std::string_view command_id, const Error& error,
                    std::string_view details_json) override;
  std::string pong(const Ping& ping) override;
  std::string snapshot(const Snapshot& snapshot) override;
  std::string caught_up(const CaughtUp& caught_up) override;
  std::string goaway(const GoAway& goaway) override;

  /// The body of an HTTP request that means this command: the same fields without `type`, an empty
  /// body for none. The member that the path names wins over the body's.
  Result<CommandBody> decode_body(std::string_view type, std::string_view text,
                                  PathMember path_member);

 private:
  JsonParser parser_;
};

}  // namespace gp::protocol
