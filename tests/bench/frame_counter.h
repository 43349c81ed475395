// FrameCounter: counts the WebSocket frames of a server in a stream of bytes, up to the caught_up.
//
// It looks at headers and at the first bytes of payloads only: a reader that costs next to nothing,
// and the same whatever the frames say. For benchmarks; it trusts the server.
// Thread: a value. Limits: a payload is skipped, never held.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gp::bench {

class FrameCounter {
 public:
  /// Takes what it can of `bytes`, which begin where the last call ended, and returns how much that
  /// was. The rest is the beginning of a frame: give it again with what follows.
  std::size_t take(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
      if (skip_ == 0 && !begin_frame(bytes.substr(at))) break;
      const std::size_t step = std::min<std::uint64_t>(skip_, bytes.size() - at);
      skip_ -= step;
      at += step;
    }
    bytes_ += at;
    return at;
  }
  /// The caught_up was taken, and nothing after it.
  bool caught_up() const { return caught_up_ && skip_ == 0; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t frames() const { return frames_; }

 private:
  static constexpr std::string_view kCaughtUp = R"({"type":"caught_up")";

  bool begin_frame(std::string_view bytes) {
    if (bytes.size() < 2) return false;
    const auto byte = [&](std::size_t index) { return static_cast<std::uint8_t>(bytes[index]); };
    std::uint64_t payload = byte(1) & 0x7f;
    const std::size_t extra = payload == 127 ? 8 : payload == 126 ? 2 : 0;
    const std::size_t header = 2 + extra;
    if (bytes.size() < header) return false;
    if (extra > 0) payload = 0;
    for (std::size_t i = 2; i < header; ++i) payload = payload << 8 | byte(i);
    const auto known = static_cast<std::size_t>(std::min<std::uint64_t>(payload, kCaughtUp.size()));
    if (bytes.size() < header + known) return false;
    caught_up_ = bytes.substr(header, known) == kCaughtUp;
    skip_ = header + payload;
    ++frames_;
    return true;
  }

  std::uint64_t skip_ = 0;  ///< bytes of the frame that are still to come
  std::uint64_t bytes_ = 0;
  std::uint64_t frames_ = 0;
  bool caught_up_ = false;
};

}  // namespace gp::bench
