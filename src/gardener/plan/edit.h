/// SpanEdit: bytes of a file and what takes their place. There is no edit without a safety level.
///
/// apply_edits() is the only way from edits to new bytes: it sorts, refuses overlaps and edits
/// outside the file, and leaves every other byte as it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "gardener/python/facts.h"

namespace gp::plan {

enum class Safety : std::uint8_t {
  kSafe,      ///< the name means the same object before and after
  kReviewed,  ///< right because a person's row says so
  kUnsafe,    ///< could change what the program does; never written
};

class SpanEdit {
 public:
  SpanEdit(python::Span span, std::string replacement, Safety safety)
      : span_(span), replacement_(std::move(replacement)), safety_(safety) {}

  python::Span span() const { return span_; }
  const std::string& replacement() const { return replacement_; }
  Safety safety() const { return safety_; }

 private:
  python::Span span_;
  std::string replacement_;
  Safety safety_;
};

/// Sorts by place; insertions at one place keep their order.
void sort_edits(std::vector<SpanEdit>& edits);

/// The new bytes. Errors (bugs of the planner, told rather than written): edits that overlap, lie
/// outside `source` or are kUnsafe; the message names `path` and the byte.
Result<std::string> apply_edits(std::string_view path, std::string_view source,
                                std::vector<SpanEdit>& edits);

}  // namespace gp::plan
