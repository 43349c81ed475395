/// NeedleSearch: which of many short texts occur in a file, at memory speed.
///
/// How: Teddy (Hyperscan, 2015). Each needle falls into one of eight buckets and is represented by
/// four of its bytes, the rarest run in source code; two 16-entry shuffles per byte tell for 32
/// places at once which buckets may begin there, and only those places are compared in full.
/// Without AVX2 the same candidates come from a 256-entry table, byte by byte.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gp::refs {

struct Needle {
  std::string text{};       ///< not empty
  bool whole_word = false;  ///< no letter, digit, underscore or non-ASCII byte may touch it
};

class NeedleSearch {
 public:
  explicit NeedleSearch(std::vector<Needle> needles);

  const std::vector<Needle>& needles() const { return needles_; }

  /// Calls visit(needle index, offset) for every occurrence, overlapping ones too, in the order of
  /// their representing bytes, until it returns false.
  template <class Visit>
  void search(std::string_view text, Visit visit) const {
    std::size_t at = 0;
    while (at < text.size()) {
      Candidate found = next_candidate(text, at);
      if (found.offset >= text.size()) return;
      for (std::uint32_t buckets = found.buckets; buckets != 0; buckets &= buckets - 1) {
        const auto bucket = static_cast<std::size_t>(__builtin_ctz(buckets));
        for (const std::uint32_t needle : buckets_[bucket]) {
          if (!matches(text, needle, found.offset)) continue;
          if (!visit(needle, found.offset - key_offset_[needle])) return;
        }
      }
      at = found.offset + 1;
    }
  }

 private:
  static constexpr std::size_t kKeyBytes = 4;
  struct Candidate {
    std::size_t offset = 0;  ///< of the representing bytes; the text's size if there is none
    std::uint32_t buckets = 0;
  };
  Candidate next_candidate(std::string_view text, std::size_t from) const;
  Candidate next_in_tail(std::string_view text, std::size_t from) const;
  bool matches(std::string_view text, std::uint32_t needle, std::size_t key_at) const;

  std::vector<Needle> needles_;
  std::vector<std::uint32_t> key_offset_;  ///< by needle: where its representing bytes begin
  std::array<std::vector<std::uint32_t>, 8> buckets_;
  alignas(16) std::array<std::array<std::uint8_t, 16>, kKeyBytes> low_{};   ///< by low nibble
  alignas(16) std::array<std::array<std::uint8_t, 16>, kKeyBytes> high_{};  ///< by high nibble
};

}  // namespace gp::refs
