/// content_digest(): 128 bits that name the content of a file.
///
/// Keyed: whoever does not know the key cannot make two contents of one digest, so a code base
/// cannot prepare a file that is taken for another. Not for anything but a cache of one's own: it
/// is fast (a multiplication for 8 bytes), not a cryptographic hash. Two contents that nobody made
/// for it collide with probability 2^-128.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace gp::graph {

struct ContentDigest {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const ContentDigest&, const ContentDigest&) = default;
};

struct ContentDigestHash {
  std::size_t operator()(const ContentDigest& digest) const { return digest.low; }
};

using DigestKey = std::array<std::uint64_t, 4>;

ContentDigest content_digest(std::string_view bytes, const DigestKey& key);

}  // namespace gp::graph
