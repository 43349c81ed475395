// The generator's own side of RFC 6455, 7692 and HS256: nothing of the server's room net is used,
// so that a mistake there cannot hide here. It reads what servers send (unmasked, whole frames or
// fragments) and writes what clients send. Thread: values.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gp::bench {

enum class Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10
};

struct Frame {
  Opcode opcode = Opcode::kText;
  bool fin = true;
  bool compressed = false;
  std::string_view payload;
};

/// The frame at the beginning of `bytes`, and its size on the wire.
struct ParsedFrame {
  enum class State { kWhole, kPartial, kBroken };
  State state = State::kPartial;
  Frame frame;
  std::size_t size = 0;
};
ParsedFrame parse_frame(std::string_view bytes);

/// Appends a masked frame.
void append_client_frame(std::string& out, Opcode opcode, std::string_view payload);
/// Appends an unmasked frame: the floor server's side.
void append_server_frame(std::string& out, Opcode opcode, std::string_view payload,
                         bool compressed = false);

/// Messages without context takeover (RFC 7692, section 7.2).
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  /// nullopt: not a deflate stream.
  std::optional<std::string_view> inflate(std::string_view compressed);

 private:
  z_stream stream_{};
  std::string out_;
};

class Deflater {
 public:
  Deflater();
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  std::string_view deflate(std::string_view message);

 private:
  z_stream stream_{};
  std::string out_;
};

std::string base64(std::string_view bytes);
/// Sec-WebSocket-Accept of a key.
std::string accept_of(std::string_view key);
/// A token of HS256 for `user`, good for a day.
std::string make_token(std::string_view secret, std::string_view user);

}  // namespace gp::bench
