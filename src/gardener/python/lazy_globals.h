/// LazyGlobals: `global x`, then `if x is None` (or `if not x`), and in that suite `x = …`, all in
/// one function.
///
/// One fact per function and name, at the outermost test. It is locked if every such assignment
/// stands inside a `with` that names a lock: this covers the lock around the test and the
/// double-checked test.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gardener/python/bindings.h"
#include "gardener/python/block_tracker.h"
#include "gardener/python/scan_context.h"

namespace gp::python {

class LazyGlobals {
 public:
  LazyGlobals(ScanContext& context, BlockTracker& blocks) : context_(context), blocks_(blocks) {}

  /// A statement `global a, b`.
  void global(Tokens tokens);
  /// The header of an if or elif whose block was just opened.
  void test(Tokens header);
  void assignment(Tokens tokens, const Assignment& assignment);
  /// True if the innermost function declared globals.
  bool active();

 private:
  static constexpr std::size_t kNoName = ~std::size_t{0};
  struct Name {
    Span span{};
    std::size_t function = 0;  ///< index of the function's frame
    std::uint32_t block = 0;   ///< its block
    std::size_t test = 0;      ///< index of the outermost open test's frame
    std::uint32_t test_block = kNone;
    std::uint32_t test_line = 0;
    std::uint32_t fact = kNone;
    std::size_t outer = kNoName;  ///< the same name, declared by a function around
  };

  bool is_open(std::size_t frame, std::uint32_t block) const;
  bool is_tested(Tokens header, std::size_t at) const;
  Name* find(const Token& token);
  bool is_locked(const Name& name) const;

  ScanContext& context_;
  BlockTracker& blocks_;
  std::vector<Name> names_{};                                      ///< a stack: functions nest
  std::unordered_map<std::string_view, std::size_t> innermost_{};  ///< by name, into names_
};

/// True if a name of the header contains "lock", in any case.
bool names_lock(const ScanContext& context, Tokens header);

}  // namespace gp::python
