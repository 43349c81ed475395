#include "net/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "net/utf8.h"

namespace gp::net {
namespace {

constexpr std::size_t kInflateBufferBytes = 16 * 1024;
/// What section 7.2.1 takes off a compressed message and 7.2.2 puts back: the end of an empty
/// stored block.
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);

/// Speed before the last percent: 6 would save 6 % of an event of 2 KB for twice the time.
constexpr int kLevel = Z_BEST_SPEED;
constexpr std::uint8_t kZlibWindowBitsMin = 9;

Bytef* as_input(std::string_view bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

}  // namespace

struct MessageInflater::Message {
  std::size_t compressed_bytes;
  InflateLimits limits;
  TextCheck check;
  Utf8Validator utf8;
  std::string& out;
  bool ended = false;  ///< a block with BFINAL was the last thing read
};

MessageInflater::MessageInflater(std::uint8_t window_bits) : window_bits_(window_bits) {}
MessageInflater::~MessageInflater() = default;
MessageInflater::MessageInflater(MessageInflater&&) noexcept = default;
MessageInflater& MessageInflater::operator=(MessageInflater&&) noexcept = default;

void MessageInflater::Delete::operator()(z_stream_s* stream) const {
  (void)::inflateEnd(stream);
  delete stream;
}

std::optional<InflateFault> MessageInflater::inflate(std::string_view compressed,
                                                     ContextTakeover takeover, TextCheck check,
                                                     InflateLimits limits, std::string& out) {
  if (compressed.empty()) return std::nullopt;
  if (stream_ == nullptr) {
    stream_.reset(new z_stream{});
    const int made = ::inflateInit2(stream_.get(), -static_cast<int>(window_bits_));
    GP_ASSERT(made == Z_OK, "zlib cannot make an inflater");
  } else if (takeover == ContextTakeover::kNo) {
    (void)::inflateReset(stream_.get());
  }
  Message message{compressed.size(), limits, check, {}, out};
  if (const auto fault = feed(compressed, message)) return fault;
  if (!message.ended) {
    const std::size_t size = out.size();
    message.check = TextCheck::kNone;  // what it gives, if anything, is no text of the peer's
    if (const auto fault = feed(kTail, message)) return fault;
    // The tail ends an empty block; a block that takes it for data was cut short. zlib's bits 0-5:
    // unused bits of the last byte; bit 7: a block is complete.
    const bool at_block_end = (stream_->data_type & 0xbf) == 0x80;
    if (out.size() != size || (!message.ended && !at_block_end)) return InflateFault::kInvalidData;
  }
  if (check == TextCheck::kUtf8 && !message.utf8.complete()) return InflateFault::kInvalidUtf8;
  return std::nullopt;
}

std::optional<InflateFault> MessageInflater::feed(std::string_view input, Message& message) {
  std::array<Bytef, kInflateBufferBytes> buffer;
  z_stream& stream = *stream_;
  stream.next_in = as_input(input);
  stream.avail_in = static_cast<uInt>(input.size());
  do {
    stream.next_out = buffer.data();
    stream.avail_out = static_cast<uInt>(buffer.size());
    const int status = ::inflate(&stream, Z_SYNC_FLUSH);
    const std::string_view part(reinterpret_cast<const char*>(buffer.data()),
                                buffer.size() - stream.avail_out);
    const std::size_t size = message.out.size() + part.size();
    if (size > message.limits.bytes_max) return InflateFault::kTooBig;
    if (message.limits.ratio_max != 0 && size > kRatioFreeBytes &&
        size / message.limits.ratio_max > message.compressed_bytes)
      return InflateFault::kRatio;
    if (message.check == TextCheck::kUtf8 && !message.utf8.feed(part))
      return InflateFault::kInvalidUtf8;
    message.out.append(part);
    message.ended = status == Z_STREAM_END;
    if (status == Z_BUF_ERROR) break;  // nothing is left to read or write
    if (!message.ended && status != Z_OK) return InflateFault::kInvalidData;
    // The window stays: later blocks of the message may look back over this one.
    if (message.ended) (void)::inflateResetKeep(&stream);
  } while (stream.avail_in > 0 || (stream.avail_out == 0 && !message.ended));
  return std::nullopt;
}

MessageDeflater::MessageDeflater(std::uint8_t window_bits)
    : window_bits_(std::max(window_bits, kZlibWindowBitsMin)) {}
MessageDeflater::~MessageDeflater() = default;
MessageDeflater::MessageDeflater(MessageDeflater&&) noexcept = default;
MessageDeflater& MessageDeflater::operator=(MessageDeflater&&) noexcept = default;

void MessageDeflater::Delete::operator()(z_stream_s* stream) const {
  (void)::deflateEnd(stream);
  delete stream;
}

void MessageDeflater::deflate(std::string_view plain, ContextTakeover takeover, std::string& out) {
  if (plain.empty()) {
    out.push_back('\0');  // section 7.2.3.6
    return;
  }
  if (stream_ == nullptr) {
    stream_.reset(new z_stream{});
    // Memory in the proportion of the window: clearing the table is what a small message costs.
    const int memory = window_bits_ - 7;
    const int made = ::deflateInit2(stream_.get(), kLevel, Z_DEFLATED,
                                    -static_cast<int>(window_bits_), memory, Z_DEFAULT_STRATEGY);
    GP_ASSERT(made == Z_OK, "zlib cannot make a deflater");
  } else if (takeover == ContextTakeover::kNo) {
    (void)::deflateReset(stream_.get());
  }
  z_stream& stream = *stream_;
  const std::size_t begin = out.size();
  stream.next_in = as_input(plain);
  stream.avail_in = static_cast<uInt>(plain.size());
  std::size_t end = begin;
  do {
    const std::size_t room = plain.size() / 2 + 64;
    out.resize(end + room);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + end);
    stream.avail_out = static_cast<uInt>(room);
    const int status = ::deflate(&stream, Z_SYNC_FLUSH);
    GP_ASSERT(status == Z_OK || status == Z_BUF_ERROR, "zlib cannot deflate");
    end += room - stream.avail_out;
  } while (stream.avail_out == 0);
  GP_ASSERT(std::string_view(out).substr(0, end).ends_with(kTail), "a flush ends with the tail");
  out.resize(end - kTail.size());
}

}  // namespace gp::net
