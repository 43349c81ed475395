/// FoldTable: how a folded event is put together, so that it can be cut at any seq it covers.
///
/// A reader whose cursor lies inside a folded event gets exactly the rest: the table knows how many
/// bytes of which part each seq brought. About two bytes per seq.
/// Errors: decode() of bytes that encode() did not write gives nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gp::log {

struct FoldTable {
  /// One seq: it added `bytes` to the escaped text of part `part`.
  struct Step {
    std::uint32_t part;
    std::uint32_t bytes;
    friend bool operator==(const Step&, const Step&) = default;
  };
  /// Bytes of each part's event in the JSON, in order; one entry unless it is a batch.
  std::vector<std::uint32_t> event_bytes;
  std::vector<Step> steps;  ///< of first_seq, first_seq + 1 … seq

  std::string encode() const;
  static std::optional<FoldTable> decode(std::string_view bytes);
  friend bool operator==(const FoldTable&, const FoldTable&) = default;
};

}  // namespace gp::log
