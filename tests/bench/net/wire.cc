#include "wire.h"

#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>
#include <cstring>
#include <ctime>

namespace gp::bench {
namespace {

constexpr std::uint64_t kPayloadMax = 64U << 20;
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);

std::uint32_t next_mask() {
  static std::uint32_t state = 0x9e3779b9;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

constexpr std::size_t kHeadMax = 10;

/// Writes the head without a mask's key, and returns its size.
std::size_t write_head(char* head, unsigned first, unsigned mask_bit, std::size_t size) {
  head[0] = static_cast<char>(first);
  if (size < 126) {
    head[1] = static_cast<char>(mask_bit | size);
    return 2;
  }
  const std::size_t bytes = size < 65536 ? 2 : 8;
  head[1] = static_cast<char>(mask_bit | (bytes == 2 ? 126U : 127U));
  for (std::size_t i = 0; i < bytes; ++i)
    head[2 + i] = static_cast<char>(size >> (8 * (bytes - 1 - i)));
  return 2 + bytes;
}

std::string base64url(std::string_view bytes) {
  std::string text = base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

}  // namespace

ParsedFrame parse_frame(std::string_view bytes) {
  ParsedFrame parsed;
  if (bytes.size() < 2) return parsed;
  const auto byte = [&](std::size_t index) { return static_cast<std::uint8_t>(bytes[index]); };
  // From a server: no mask, and of the reserved bits only the one for deflate.
  if ((byte(0) & 0x30) != 0 || (byte(1) & 0x80) != 0) {
    parsed.state = ParsedFrame::State::kBroken;
    return parsed;
  }
  std::uint64_t size = byte(1);
  const std::size_t extra = size == 127 ? 8 : size == 126 ? 2 : 0;
  const std::size_t head = 2 + extra;
  if (bytes.size() < head) return parsed;
  if (extra > 0) size = 0;
  for (std::size_t i = 2; i < head; ++i) size = size << 8 | byte(i);
  if (size > kPayloadMax) {
    parsed.state = ParsedFrame::State::kBroken;
    return parsed;
  }
  parsed.size = head + size;
  if (bytes.size() < parsed.size) return parsed;
  parsed.state = ParsedFrame::State::kWhole;
  parsed.frame = {static_cast<Opcode>(byte(0) & 0x0f), (byte(0) & 0x80) != 0, (byte(0) & 0x40) != 0,
                  bytes.substr(head, size)};
  return parsed;
}

void append_client_frame(std::string& out, Opcode opcode, std::string_view payload) {
  char head[kHeadMax + 4];
  std::size_t size = write_head(head, 0x80U | static_cast<unsigned>(opcode), 0x80, payload.size());
  const std::uint32_t mask = next_mask();
  const char* key = head + size;
  std::memcpy(head + size, &mask, sizeof mask);
  size += sizeof mask;
  out.append(head, size);
  const std::size_t begin = out.size();
  out.append(payload);
  char* data = out.data() + begin;
  for (std::size_t i = 0; i < payload.size(); ++i)
    data[i] = static_cast<char>(data[i] ^ key[i % 4]);
}

void append_server_frame(std::string& out, Opcode opcode, std::string_view payload,
                         bool compressed) {
  char head[kHeadMax];
  const unsigned first = 0x80U | (compressed ? 0x40U : 0U) | static_cast<unsigned>(opcode);
  out.append(head, write_head(head, first, 0, payload.size()));
  out.append(payload);
}

Inflater::Inflater() { (void)inflateInit2(&stream_, -15); }
Inflater::~Inflater() { (void)inflateEnd(&stream_); }

std::optional<std::string_view> Inflater::inflate(std::string_view compressed) {
  (void)inflateReset(&stream_);
  out_.resize(64U << 10);
  std::size_t made = 0;
  for (std::string_view part : {compressed, kTail}) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
    stream_.avail_in = static_cast<uInt>(part.size());
    while (stream_.avail_in > 0) {
      if (made == out_.size()) out_.resize(out_.size() * 2);
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data() + made);
      stream_.avail_out = static_cast<uInt>(out_.size() - made);
      const int result = ::inflate(&stream_, Z_SYNC_FLUSH);
      made = out_.size() - stream_.avail_out;
      if (result == Z_STREAM_END) return std::string_view(out_.data(), made);
      if (result != Z_OK) return std::nullopt;
    }
  }
  return std::string_view(out_.data(), made);
}

Deflater::Deflater() {
  (void)deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
}
Deflater::~Deflater() { (void)deflateEnd(&stream_); }

std::string_view Deflater::deflate(std::string_view message) {
  (void)deflateReset(&stream_);
  out_.resize(deflateBound(&stream_, message.size()) + 16);
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
  stream_.avail_in = static_cast<uInt>(message.size());
  stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
  stream_.avail_out = static_cast<uInt>(out_.size());
  (void)::deflate(&stream_, Z_SYNC_FLUSH);
  return std::string_view(out_.data(), out_.size() - stream_.avail_out - kTail.size());
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string accept_of(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string make_token(std::string_view secret, std::string_view user) {
  const std::time_t now = std::time(nullptr);
  std::string token =
      base64url(R"({"alg":"HS256","typ":"JWT"})") + "." +
      base64url(fmt::format(R"({{"sub":"{}","iat":{},"exp":{}}})", user, now, now + 86'400));
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(token.data()), token.size(), mac.data(), &size);
  return token + "." + base64url({reinterpret_cast<const char*>(mac.data()), size});
}

}  // namespace gp::bench
