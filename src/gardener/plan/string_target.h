/// String targets: dotted paths in string literals (mock.patch, import_module, registries) mapped
/// back to the bytes of one or several joined literals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/plan/edit.h"
#include "gardener/refs/find_references.h"

namespace gp::plan {

/// A literal with those it is joined to, as one value.
class JoinedString {
 public:
  /// `string`: index in the facts.
  JoinedString(const refs::ScannedFile& file, std::uint32_t string);

  /// False when a part has escapes, is bytes or has fields: bytes are then not the value.
  bool is_plain() const { return is_plain_; }
  const std::string& value() const { return value_; }
  /// Edits that replace [begin, end) of the value; the first part touched gets the text.
  std::vector<SpanEdit> replace(std::size_t begin, std::size_t end, std::string_view text,
                                Safety safety) const;

 private:
  std::vector<python::Span> parts_{};  ///< contents
  std::string value_{};
  bool is_plain_ = true;
};

}  // namespace gp::plan
