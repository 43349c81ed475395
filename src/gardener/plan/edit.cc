#include "gardener/plan/edit.h"

#include <fmt/core.h>

#include <algorithm>

#include "protocol/codes.h"

namespace gp::plan {

void sort_edits(std::vector<SpanEdit>& edits) {
  std::stable_sort(edits.begin(), edits.end(), [](const SpanEdit& a, const SpanEdit& b) {
    return std::pair(a.span().begin, a.span().end) < std::pair(b.span().begin, b.span().end);
  });
}

Result<std::string> apply_edits(std::string_view path, std::string_view source,
                                std::vector<SpanEdit>& edits) {
  sort_edits(edits);
  std::string result;
  std::uint32_t at = 0;
  for (const SpanEdit& edit : edits) {
    const python::Span span = edit.span();
    if (span.begin < at || span.end < span.begin || span.end > source.size()) {
      return fail(Code::internal,
                  fmt::format("{}: two changes want byte {}; nothing is written: report this as a "
                              "bug of gardener",
                              path, span.begin));
    }
    if (edit.safety() == Safety::kUnsafe) {
      return fail(Code::internal, fmt::format("{}: the change at byte {} is unsafe and is not made",
                                              path, span.begin));
    }
    result.append(source.substr(at, span.begin - at)).append(edit.replacement());
    at = span.end;
  }
  result.append(source.substr(at));
  return result;
}

}  // namespace gp::plan
