/// Deprecations: calls of warnings.warn with DeprecationWarning, under any name the file imports it
/// by. PendingDeprecationWarning and FutureWarning are not counted.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gardener/python/scan_context.h"

namespace gp::python {

class Deprecations {
 public:
  explicit Deprecations(ScanContext& context);

  /// False if the file never names the category: nothing else needs to be called.
  bool possible() const { return possible_; }
  /// Names [first, end) of facts.names were imported.
  void imported(std::uint32_t first, std::uint32_t end);
  void statement(Tokens tokens, std::uint32_t block);

 private:
  bool is_warn(Tokens tokens, std::size_t at, std::size_t* open) const;

  ScanContext& context_;
  bool possible_ = false;
  std::vector<std::string_view> modules_{};    ///< local names of the module warnings
  std::vector<std::string_view> functions_{};  ///< local names of warnings.warn
};

}  // namespace gp::python
