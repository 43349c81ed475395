/// ModuleNames: the bindings of one file by name, as the resolver looks them up.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "gardener/python/facts.h"

namespace gp::graph {

class ModuleNames {
 public:
  /// `facts` must outlive it.
  explicit ModuleNames(const python::ModuleFacts& facts);

  /// The bindings of `name` that an importer may see, in the order of the source: all back to the
  /// last unconditional one, or to a `del`. `owner`: the class's binding, or kNone for the module.
  std::vector<std::uint32_t> visible(std::uint32_t owner, std::string_view name) const;
  bool has(std::string_view name) const;
  /// Statements `from … import *` that run at import, in the order of the source.
  const std::vector<std::uint32_t>& stars() const { return stars_; }
  /// Some function declares it `global` and may bind it.
  bool is_function_global(std::string_view name) const;
  bool is_in_all(std::string_view name) const;

 private:
  using Iterator = std::vector<std::uint32_t>::const_iterator;
  std::pair<Iterator, Iterator> range(std::uint32_t owner, std::string_view name) const;
  std::uint32_t deleted_at(std::string_view name) const;
  bool is_unconditional(std::uint32_t block) const;

  const python::ModuleFacts& facts_;
  std::vector<std::uint32_t> sorted_{};  ///< bindings by owner, name, place
  std::vector<std::uint32_t> stars_{};
};

}  // namespace gp::graph
