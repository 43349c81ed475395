#include "gardener/graph/content_digest.h"

#include <cstring>

namespace gp::graph {
namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t word_at(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

/// Two lanes of 16 bytes, each folded twice under different parts of the key: one half of the
/// digest from each order.
struct Lanes {
  std::uint64_t low;
  std::uint64_t high;

  void take(const char* block, const DigestKey& key) {
    const std::uint64_t a = word_at(block);
    const std::uint64_t b = word_at(block + 8);
    low = folded_product(a ^ key[0], b ^ low ^ key[1]);
    high = folded_product(b ^ key[2], a ^ high ^ key[3]);
  }
};

}  // namespace

ContentDigest content_digest(std::string_view bytes, const DigestKey& key) {
  constexpr std::size_t kBlock = 16;
  Lanes first{key[0] ^ bytes.size(), key[1] ^ ~bytes.size()};
  Lanes second{key[2] ^ bytes.size(), key[3] ^ ~bytes.size()};
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 2 * kBlock; at += 2 * kBlock, left -= 2 * kBlock) {
    first.take(at, key);
    second.take(at + kBlock, key);
  }
  std::array<char, 2 * kBlock> rest{};
  std::memcpy(rest.data(), at, left);
  first.take(rest.data(), key);
  second.take(rest.data() + kBlock, key);
  return {folded_product(first.low ^ key[3], second.low ^ key[2]) ^ first.high,
          folded_product(first.high ^ key[1], second.high ^ key[0]) ^ second.low};
}

}  // namespace gp::graph
