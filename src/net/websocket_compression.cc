#include "net/websocket_compression.h"

#include <algorithm>
#include <cstdint>

namespace gp::net {
namespace {

/// A message that fits into this window needs no larger one, and its table is cleared faster.
constexpr std::uint8_t kSmallWindowBits = 12;

bool fits(std::size_t size, std::uint8_t window_bits) { return size <= (1U << window_bits); }

}  // namespace

CoreCompression::CoreCompression(const CompressionLimits& limits, metrics::CoreMetrics& metrics)
    : limits_(limits), metrics_(metrics) {}

// Two connections with different windows share the frame of a message that fits into both.
MessageDeflater& CoreCompression::deflater(std::size_t size, std::uint8_t& window_bits) {
  if (fits(size, kSmallWindowBits) && (window_bits >= kSmallWindowBits || fits(size, window_bits)))
    window_bits = kSmallWindowBits;
  auto& deflater = deflaters_[window_bits];
  if (deflater == nullptr) deflater = std::make_unique<MessageDeflater>(window_bits);
  return *deflater;
}

void CoreCompression::count(std::size_t plain_bytes, std::size_t sent_bytes) {
  metrics_.deflate_messages.add();
  metrics_.deflate_plain_bytes.add(plain_bytes);
  metrics_.deflate_sent_bytes.add(sent_bytes);
}

std::string_view CoreCompression::frame(Opcode opcode, std::string_view plain,
                                        std::uint8_t window_bits) {
  if (frame_.capacity() > kCacheBytesMax) std::string().swap(frame_);
  // The payload is made behind room for the longest header, which then goes right before it.
  frame_.assign(kHeaderBytesMax, '\0');
  deflater(plain.size(), window_bits).deflate(plain, ContextTakeover::kNo, frame_);
  const std::size_t size = frame_.size() - kHeaderBytesMax;
  count(plain.size(), std::min(size, plain.size()));
  if (size >= plain.size()) return {};
  char header[kHeaderBytesMax];
  const std::size_t header_size = encode_header(header, opcode, size, Compressed::kYes);
  const std::size_t begin = kHeaderBytesMax - header_size;
  std::copy_n(header, header_size, frame_.data() + begin);
  return std::string_view(frame_).substr(begin);
}

std::string_view CoreCompression::shared_frame(const SharedBytes& plain, std::uint8_t window_bits) {
  const std::string_view bytes = plain.view();
  (void)deflater(bytes.size(), window_bits);
  // An address is a multiple of 8 at least: the window, 8 to 15, fits below it.
  const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
  const std::uintptr_t key = address | (window_bits - kWindowBitsMin);
  if (const auto found = cache_.find(key); found != cache_.end()) {
    metrics_.deflate_reused.add();
    return found->second.frame.view();
  }
  const std::string_view made = frame(Opcode::kText, bytes, window_bits);
  const std::size_t size = bytes.size() + made.size() + sizeof(Entry);
  if (cached_bytes_ + size > kCacheBytesMax) {
    cache_.clear();
    cached_bytes_ = 0;
  }
  cached_bytes_ += size;
  cache_.emplace(key, Entry{plain, SharedBytes(made)});
  return made;
}

WebSocketCompression::WebSocketCompression(CoreCompression& core, const DeflateParameters& agreed)
    : core_(&core), agreed_(agreed) {
  core.metrics().deflate_connections.add();
  const bool inflates = agreed.client_takeover == ContextTakeover::kYes;
  const bool deflates = agreed.server_takeover == ContextTakeover::kYes;
  if (!inflates && !deflates) return;
  context_ = std::make_unique<Context>();
  if (inflates) context_->inflater.emplace(agreed.client_window_bits);
  if (deflates) context_->deflater.emplace(agreed.server_window_bits);
}

void WebSocketCompression::move_to(CoreCompression& core) {
  if (active()) core_ = &core;
}

bool WebSocketCompression::worth_it(std::size_t size) const {
  if (!active()) return false;
  const bool keeps = agreed_.server_takeover == ContextTakeover::kYes;
  return size >= (keeps ? CoreCompression::kTakeoverBytesMin : core_->limits().bytes_min);
}

void WebSocketCompression::append(std::string& out, Opcode opcode, std::string_view payload) {
  if (!worth_it(payload.size())) return append_frame(out, opcode, payload);
  if (agreed_.server_takeover == ContextTakeover::kYes) {
    std::string compressed;
    context_->deflater->deflate(payload, ContextTakeover::kYes, compressed);
    core_->count(payload.size(), compressed.size());
    return append_frame(out, opcode, compressed, Compressed::kYes);
  }
  const std::string_view frame = core_->frame(opcode, payload, agreed_.server_window_bits);
  if (frame.empty()) return append_frame(out, opcode, payload);
  out.append(frame);
}

void WebSocketCompression::append_shared(std::string& out, const SharedBytes& text) {
  const bool shared = agreed_.server_takeover == ContextTakeover::kNo && worth_it(text.size());
  if (!shared) return append(out, Opcode::kText, text.view());
  const std::string_view frame = core_->shared_frame(text, agreed_.server_window_bits);
  if (frame.empty()) return append_frame(out, Opcode::kText, text.view());
  out.append(frame);
}

std::optional<InflateFault> WebSocketCompression::inflate(MessageKind kind,
                                                          std::string_view compressed,
                                                          std::size_t bytes_max, std::string& out) {
  core_->metrics().inflate_messages.add();
  const bool keeps = agreed_.client_takeover == ContextTakeover::kYes;
  MessageInflater& inflater = keeps ? *context_->inflater : core_->inflater();
  return inflater.inflate(compressed, agreed_.client_takeover,
                          kind == MessageKind::kText ? TextCheck::kUtf8 : TextCheck::kNone,
                          {bytes_max, core_->limits().ratio_max}, out);
}

}  // namespace gp::net
