#include "net/proxy_header.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace gp::net {
namespace {

using State = ProxyHeader::State;

constexpr std::string_view kV1 = "PROXY ";
constexpr std::string_view kV2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kV1BytesMax = 107;
constexpr std::size_t kV2HeadBytes = 16;
constexpr std::uint8_t kTlvCrc32c = 0x03;

ProxyHeader malformed(const char* problem) {
  return {.state = State::kMalformed, .problem = problem};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, port);
  if (error != std::errc{} || end != last || (text.size() > 1 && text[0] == '0'))
    return std::nullopt;
  return port;
}

/// The part before the next space, taken off `rest`; all of it if there is none.
std::string_view take_word(std::string_view& rest) {
  const std::size_t space = rest.find(' ');
  const std::string_view word = rest.substr(0, space);
  rest.remove_prefix(space == rest.npos ? rest.size() : space + 1);
  return word;
}

std::optional<IpAddress> parse_address(std::string_view text, std::string_view family) {
  const bool v6 = text.find(':') != text.npos;
  if (v6 != (family == "TCP6")) return std::nullopt;
  return IpAddress::parse(text);
}

ProxyHeader parse_v1(std::string_view bytes) {
  const std::string_view room = bytes.substr(0, kV1BytesMax);
  const std::size_t end = room.find('\n');
  if (end == room.npos)
    return room.size() < kV1BytesMax ? ProxyHeader{} : malformed("the line is too long");
  if (room[end - 1] != '\r') return malformed("the line does not end with CR LF");
  ProxyHeader header{.state = State::kComplete, .size = end + 1};
  std::string_view rest = room.substr(kV1.size(), end - 1 - kV1.size());
  const std::string_view family = take_word(rest);
  if (family == "UNKNOWN") return header;
  if (family != "TCP4" && family != "TCP6") return malformed("the family is not known");
  const auto source = parse_address(take_word(rest), family);
  const auto destination = parse_address(take_word(rest), family);
  const auto source_port = parse_port(take_word(rest));
  // The last word must be the last: take_word() would hide a space behind it.
  const auto destination_port = parse_port(rest);
  if (!source || !destination) return malformed("an address is not one of its family");
  if (!source_port || !destination_port) return malformed("a port is not a number up to 65535");
  header.source = {*source, *source_port};
  return header;
}

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

/// CRC-32C of `bytes`, in which the four bytes from `hole` count as zero.
std::uint32_t crc32c(std::string_view bytes, std::size_t hole) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    crc ^= i >= hole && i < hole + 4 ? 0U : byte_at(bytes, i);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78U : 0U);
  }
  return ~crc;
}

/// Whether TLVs fill `header` from `at` on. `header` is all of it, for the checksum.
bool tlvs_fit(std::string_view header, std::size_t at) {
  while (at < header.size()) {
    if (header.size() - at < 3) return false;
    const std::size_t value = at + 3;
    const std::size_t size = number_at(header, at + 1);
    if (size > header.size() - value) return false;
    if (byte_at(header, at) == kTlvCrc32c) {
      if (size != 4) return false;
      const std::uint32_t told =
          std::uint32_t{number_at(header, value)} << 16 | number_at(header, value + 2);
      if (told != crc32c(header, value)) return false;
    }
    at = value + size;
  }
  return true;
}

ProxyHeader parse_v2(std::string_view bytes) {
  if (bytes.size() <= kV2.size()) return {};
  const std::uint8_t version_command = byte_at(bytes, 12);
  if (version_command >> 4 != 2) return malformed("the version is not 2");
  const int command = version_command & 0x0f;
  if (command > 1) return malformed("the command is neither LOCAL nor PROXY");
  if (bytes.size() < kV2HeadBytes) return {};
  const std::size_t size = kV2HeadBytes + number_at(bytes, 14);
  if (size > kProxyHeaderBytesMax) return malformed("the header is too long");
  const int family = byte_at(bytes, 13) >> 4;
  const int transport = byte_at(bytes, 13) & 0x0f;
  if (bytes.size() < size) return {};
  ProxyHeader header{.state = State::kComplete, .size = size, .local = command == 0};
  if (header.local) return header;
  if (family > 3 || transport > 1 || (family == 0) != (transport == 0))
    return malformed("the family or transport is not known");
  constexpr std::size_t kAddressBytes[] = {0, 12, 36, 216};
  const std::size_t addresses = kAddressBytes[family];
  if (size < kV2HeadBytes + addresses) return malformed("the addresses do not fit");
  if (!tlvs_fit(bytes.substr(0, size), kV2HeadBytes + addresses))
    return malformed("a TLV does not fit, or the checksum is wrong");
  const auto* raw = reinterpret_cast<const std::uint8_t*>(bytes.data()) + kV2HeadBytes;
  if (family == 1) header.source = {IpAddress::v4(raw), number_at(bytes, kV2HeadBytes + 8)};
  if (family == 2) header.source = {IpAddress::v6(raw), number_at(bytes, kV2HeadBytes + 32)};
  return header;
}

bool agree(std::string_view bytes, std::string_view signature) {
  const std::size_t both = std::min(bytes.size(), signature.size());
  return bytes.substr(0, both) == signature.substr(0, both);
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view bytes) {
  if (agree(bytes, kV1)) return bytes.size() < kV1.size() ? ProxyHeader{} : parse_v1(bytes);
  if (agree(bytes, kV2)) return parse_v2(bytes);
  return malformed("there is no PROXY header");
}

}  // namespace gp::net
