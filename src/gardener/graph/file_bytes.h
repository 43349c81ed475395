/// read_bytes(): a whole regular file. Never blocks on pipes and devices.
#pragma once

#include <cstddef>
#include <string>

namespace gp::graph {

/// Replaces `bytes` by the file's first `limit` bytes. Returns nullptr, or why not: a sentence
/// without the path. A file is at most 4 GiB - 1 (offsets in the facts have 32 bits).
const char* read_bytes(const std::string& path, std::string& bytes,
                       std::size_t limit = ~std::size_t{0});

/// The sentence for an errno of open or read.
const char* why_unreadable(int error);

}  // namespace gp::graph
