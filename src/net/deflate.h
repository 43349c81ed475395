/// MessageInflater and MessageDeflater: the DEFLATE of permessage-deflate (RFC 7692 section 7.2),
/// message by message, on zlib.
///
/// Thread: a part: its owner's core. One of each serves all connections of a core that keep no
/// context; a connection that keeps one (context takeover) has its own.
/// Invariants: (1) nothing above `bytes_max` is held while inflating, besides one buffer of
/// kInflateBufferBytes; (2) text is judged as it comes out, so inflating stops at its first wrong
/// byte; (3) a message's end is the end of a block: what is cut short is refused.
/// Memory: an inflater 7 KiB and its window, a deflater 2^(bits+2) + 2^(bits+2) bytes, both from
/// the first message on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct z_stream_s;

namespace gp::net {

inline constexpr std::uint8_t kWindowBitsMin = 8;
inline constexpr std::uint8_t kWindowBitsMax = 15;

/// Whether what a message taught is kept for the next one.
enum class ContextTakeover : std::uint8_t { kNo, kYes };
enum class TextCheck : std::uint8_t { kNone, kUtf8 };

struct InflateLimits {
  /// Bytes of an inflated message. Reaction: InflateFault::kTooBig, while inflating.
  std::size_t bytes_max = 0;
  /// Bytes that one compressed byte may become, looked at beyond kRatioFreeBytes; 0 is no limit.
  /// DEFLATE itself ends at 1,032. Reaction: InflateFault::kRatio, while inflating.
  std::uint32_t ratio_max = 0;
};

/// Below this size no ratio is suspicious: people paste a line of dashes a thousand times, and the
/// size of a message bounds what that costs.
inline constexpr std::size_t kRatioFreeBytes = 1024 * 1024;

enum class InflateFault : std::uint8_t { kTooBig, kRatio, kInvalidData, kInvalidUtf8 };

class MessageInflater {
 public:
  explicit MessageInflater(std::uint8_t window_bits = kWindowBitsMax);
  ~MessageInflater();
  MessageInflater(MessageInflater&&) noexcept;
  MessageInflater& operator=(MessageInflater&&) noexcept;

  /// `compressed` is the payload of a whole message, without the four bytes that section 7.2.2
  /// appends. Blocks with BFINAL set are taken (7.2.3.4), and no bytes at all for an empty message.
  /// After a fault the context is worthless.
  [[nodiscard]] std::optional<InflateFault> inflate(std::string_view compressed,
                                                    ContextTakeover takeover, TextCheck check,
                                                    InflateLimits limits, std::string& out);

 private:
  struct Message;
  std::optional<InflateFault> feed(std::string_view input, Message& message);
  struct Delete {
    void operator()(z_stream_s* stream) const;
  };
  std::unique_ptr<z_stream_s, Delete> stream_;
  std::uint8_t window_bits_;
};

class MessageDeflater {
 public:
  /// `window_bits` from kWindowBitsMin. zlib makes no raw stream with 8, but what it makes with 9
  /// never looks back further than 2^9 - 262 bytes, so that is what a peer that asked for 8 gets.
  explicit MessageDeflater(std::uint8_t window_bits);
  ~MessageDeflater();
  MessageDeflater(MessageDeflater&&) noexcept;
  MessageDeflater& operator=(MessageDeflater&&) noexcept;

  /// Appends the payload of a compressed message.
  void deflate(std::string_view plain, ContextTakeover takeover, std::string& out);

 private:
  struct Delete {
    void operator()(z_stream_s* stream) const;
  };
  std::unique_ptr<z_stream_s, Delete> stream_;
  std::uint8_t window_bits_;
};

}  // namespace gp::net
