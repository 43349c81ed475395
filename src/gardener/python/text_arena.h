/// TextArena: gives every text one place in ModuleFacts::arena (an open-addressing table of what is
/// there).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/python/facts.h"

namespace gp::python {

class TextArena {
 public:
  explicit TextArena(std::string& arena) : arena_(arena) {}
  TextRef intern(std::string_view text);

 private:
  struct Entry {
    std::uint64_t hash = 0;
    TextRef ref{};  ///< empty: free
  };
  void grow();

  std::string& arena_;
  std::vector<Entry> table_{};
  std::size_t used_ = 0;
};

}  // namespace gp::python
