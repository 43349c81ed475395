/// Literal: adjacent string tokens as the one string Python makes of them, with its decoded value
/// and where each byte of the value comes from.
///
/// The value's bytes are the file's (UTF-8 in most); \u and \N escapes become UTF-8 and one
/// placeholder byte. Values of format strings are not made. A line end is one '\n'.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/python/facts.h"

namespace gp::refs {

struct LiteralGroup {
  std::uint32_t first = 0;  ///< index in facts.strings
  std::uint32_t count = 0;
};

/// All literals of the file, in order. Facts of Detail::kAll.
std::vector<LiteralGroup> literal_groups(std::string_view source, const python::ModuleFacts& facts);

struct LiteralValue {
  std::string text{};
  std::vector<std::uint32_t> origin{};  ///< by byte of text: its offset in the source
};

LiteralValue value_of(std::string_view source, const python::ModuleFacts& facts,
                      LiteralGroup group);

}  // namespace gp::refs
