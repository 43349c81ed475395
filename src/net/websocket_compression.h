/// WebSocketCompression: permessage-deflate of one connection. CoreCompression: what all
/// connections of a core share for it.
///
/// How it works. Without context takeover (the default) a connection owns nothing: one inflater and
/// one deflater per window size serve the core, and the frame of an event that many connections get
/// is made once and reused (shared_frame). With takeover a connection has a pair of its own, and
/// nothing can be shared, because what it sends depends on what it sent before.
///
/// Owner:  CoreCompression: the server of a core, outliving its sockets. WebSocketCompression: a
///         session; it may move to another core with its connection.
/// Thread: their core.
/// On limit: cached frames and the events they were made of, more than kCacheBytesMax: all but the
/// newest are let go. Messages that do not shrink are sent as they are.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/byte_size.h"
#include "base/shared_bytes.h"
#include "metrics/core_metrics.h"
#include "net/deflate.h"
#include "net/websocket_codec.h"
#include "net/websocket_extension.h"

namespace gp::net {

struct CompressionLimits {
  /// Whether permessage-deflate is accepted when a client offers it.
  bool enabled = true;
  ContextTakeover takeover = ContextTakeover::kNo;
  /// Smallest message that is compressed without takeover. Measured: below it the CPU costs more
  /// than the bytes saved are worth. With takeover it is kTakeoverBytesMin.
  std::size_t bytes_min = 512;
  /// InflateLimits::ratio_max. Reaction: close 1009.
  std::uint32_t ratio_max = 100;
};

class CoreCompression {
 public:
  static constexpr std::size_t kTakeoverBytesMin = 64;
  static constexpr std::size_t kCacheBytesMax = 1 * kMiB;

  CoreCompression(const CompressionLimits& limits, metrics::CoreMetrics& metrics);

  const CompressionLimits& limits() const { return limits_; }
  metrics::CoreMetrics& metrics() const { return metrics_; }
  MessageInflater& inflater() { return inflater_; }
  /// The compressed frame of `plain`, valid until the next call; empty if it would be larger.
  std::string_view frame(Opcode opcode, std::string_view plain, std::uint8_t window_bits);
  /// As frame(), for a text that other connections of this core get too.
  std::string_view shared_frame(const SharedBytes& plain, std::uint8_t window_bits);
  /// Counts a compressed message.
  void count(std::size_t plain_bytes, std::size_t sent_bytes);
  /// Bytes the cache holds, of plain events and of frames.
  std::size_t cached_bytes() const { return cached_bytes_; }

 private:
  /// The plain bytes are held, so that their address names them as long as the entry lives.
  struct Entry {
    SharedBytes plain;
    SharedBytes frame;
  };
  MessageDeflater& deflater(std::size_t size, std::uint8_t& window_bits);

  const CompressionLimits limits_;
  metrics::CoreMetrics& metrics_;
  MessageInflater inflater_;
  std::array<std::unique_ptr<MessageDeflater>, kWindowBitsMax + 1> deflaters_;
  std::string frame_;
  std::unordered_map<std::uintptr_t, Entry> cache_;  ///< by address and window
  std::size_t cached_bytes_ = 0;
};

class WebSocketCompression {
 public:
  /// No extension.
  WebSocketCompression() = default;
  WebSocketCompression(CoreCompression& core, const DeflateParameters& agreed);

  bool active() const { return core_ != nullptr; }
  /// The connection lives on another core now.
  void move_to(CoreCompression& core);

  /// Append a message's frame, compressed if that is agreed on and worth it.
  void append(std::string& out, Opcode opcode, std::string_view payload);
  void append_shared(std::string& out, const SharedBytes& text);
  /// As WebSocketSink::inflate.
  std::optional<InflateFault> inflate(MessageKind kind, std::string_view compressed,
                                      std::size_t bytes_max, std::string& out);

 private:
  /// What a connection with context takeover keeps.
  struct Context {
    std::optional<MessageInflater> inflater;
    std::optional<MessageDeflater> deflater;
  };
  bool worth_it(std::size_t size) const;

  CoreCompression* core_ = nullptr;
  std::unique_ptr<Context> context_;
  DeflateParameters agreed_;
};

}  // namespace gp::net
