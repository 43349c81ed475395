#include "gardener/refs/needle_search.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "gardener/python/char_class.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace gp::refs {

namespace {

/// How common a byte is in Python sources, roughly.
unsigned commonness(char c) {
  if (c >= 'A' && c <= 'Z') return 2;
  if (c >= '0' && c <= '9') return 2;
  if (std::strchr(" etsraoni", c) != nullptr) return 8;
  if (std::strchr("_ldcupm.", c) != nullptr) return 5;
  if (std::strchr("fghybwv", c) != nullptr) return 3;
  return 1;
}

}  // namespace

NeedleSearch::NeedleSearch(std::vector<Needle> needles) : needles_(std::move(needles)) {
  for (std::uint32_t index = 0; index < needles_.size(); ++index) {
    const std::string& text = needles_[index].text;
    GP_ASSERT(!text.empty(), "an empty needle");
    const std::size_t size = std::min(kKeyBytes, text.size());
    std::size_t best = 0;
    unsigned best_cost = ~0U;
    for (std::size_t at = 0; at + size <= text.size(); ++at) {
      unsigned cost = 0;
      for (std::size_t i = 0; i < size; ++i) cost += commonness(text[at + i]);
      if (cost < best_cost) {
        best = at;
        best_cost = cost;
      }
    }
    key_offset_.push_back(static_cast<std::uint32_t>(best));
    const std::size_t bucket = index % buckets_.size();
    buckets_[bucket].push_back(index);
    const auto bit = static_cast<std::uint8_t>(1U << bucket);
    for (std::size_t i = 0; i < kKeyBytes; ++i) {
      if (i < size) {
        const auto byte = static_cast<std::uint8_t>(text[best + i]);
        low_[i][byte & 15U] |= bit;
        high_[i][byte >> 4U] |= bit;
      } else {  // a short needle: anything may follow
        for (std::uint8_t& mask : low_[i]) mask |= bit;
        for (std::uint8_t& mask : high_[i]) mask |= bit;
      }
    }
  }
}

bool NeedleSearch::matches(std::string_view text, std::uint32_t needle, std::size_t key_at) const {
  const std::string& wanted = needles_[needle].text;
  if (key_at < key_offset_[needle]) return false;
  const std::size_t begin = key_at - key_offset_[needle];
  if (text.size() - begin < wanted.size()) return false;
  if (std::memcmp(text.data() + begin, wanted.data(), wanted.size()) != 0) return false;
  if (!needles_[needle].whole_word) return true;
  const std::size_t end = begin + wanted.size();
  return (begin == 0 || !python::is_word(text[begin - 1])) &&
         (end == text.size() || !python::is_word(text[end]));
}

NeedleSearch::Candidate NeedleSearch::next_in_tail(std::string_view text, std::size_t from) const {
  for (std::size_t at = from; at < text.size(); ++at) {
    std::uint32_t buckets = 0xff;
    for (std::size_t i = 0; i < kKeyBytes; ++i) {
      const std::uint8_t byte =
          at + i < text.size() ? static_cast<std::uint8_t>(text[at + i]) : std::uint8_t{0};
      buckets &= low_[i][byte & 15U] & high_[i][byte >> 4U];
    }
    if (buckets != 0) return {at, buckets};
  }
  return {text.size(), 0};
}

#ifdef __AVX2__

NeedleSearch::Candidate NeedleSearch::next_candidate(std::string_view text,
                                                     std::size_t from) const {
  constexpr std::size_t kBlock = 32;
  const auto table = [](const std::array<std::uint8_t, 16>& bytes) {
    return _mm256_broadcastsi128_si256(
        _mm_load_si128(reinterpret_cast<const __m128i*>(bytes.data())));
  };
  const __m256i nibble = _mm256_set1_epi8(15);
  const __m256i zero = _mm256_setzero_si256();
  const __m256i low0 = table(low_[0]), high0 = table(high_[0]);
  const __m256i low1 = table(low_[1]), high1 = table(high_[1]);
  const __m256i low2 = table(low_[2]), high2 = table(high_[2]);
  const __m256i low3 = table(low_[3]), high3 = table(high_[3]);
  const auto buckets_at = [&](const char* at, __m256i low, __m256i high) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
    return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble)),
                            _mm256_shuffle_epi8(high, upper));
  };
  std::size_t at = from;
  for (; at + kBlock + kKeyBytes <= text.size(); at += kBlock) {
    const char* block = text.data() + at;
    const __m256i first =
        _mm256_and_si256(buckets_at(block, low0, high0), buckets_at(block + 1, low1, high1));
    const __m256i second =
        _mm256_and_si256(buckets_at(block + 2, low2, high2), buckets_at(block + 3, low3, high3));
    const __m256i buckets = _mm256_and_si256(first, second);
    const auto none =
        static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(buckets, zero)));
    if (none == 0xffffffffU) continue;
    const auto place = static_cast<std::size_t>(__builtin_ctz(~none));
    alignas(32) std::array<std::uint8_t, kBlock> bytes;
    _mm256_store_si256(reinterpret_cast<__m256i*>(bytes.data()), buckets);
    return {at + place, bytes[place]};
  }
  return next_in_tail(text, at);
}

#else

NeedleSearch::Candidate NeedleSearch::next_candidate(std::string_view text,
                                                     std::size_t from) const {
  return next_in_tail(text, from);
}

#endif

}  // namespace gp::refs
