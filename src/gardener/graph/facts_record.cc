#include "gardener/graph/facts_record.h"

#include <cstring>
#include <type_traits>

namespace gp::graph {
namespace {

/// The one list of what a record holds, for writing and reading.
template <class Facts, class Part>
void for_each_part(Facts& facts, const Part& part) {
  part(facts.arena);
  part(facts.blocks);
  part(facts.imports);
  part(facts.names);
  part(facts.bindings);
  part(facts.parameters);
  part(facts.bases);
  part(facts.decorators);
  part(facts.all);
  part(facts.function_globals);
  part(facts.deletions);
  part(facts.lazy_globals);
  part(facts.deprecations);
}

struct Rest {
  python::Span docstring{};
  std::uint32_t line_count = 0;
  bool has_all = false;
  bool all_is_dynamic = false;
  bool has_getattr = false;
  bool binds_dynamically = false;
  bool docstring_says_deprecated = false;
};

}  // namespace

void append_facts(const python::ModuleFacts& facts, std::string& out) {
  for_each_part(facts, [&](const auto& part) {
    using Element = typename std::remove_cvref_t<decltype(part)>::value_type;
    static_assert(std::is_trivially_copyable_v<Element>);
    const auto count = static_cast<std::uint32_t>(part.size());
    out.append(reinterpret_cast<const char*>(&count), sizeof(count));
    out.append(reinterpret_cast<const char*>(part.data()), count * sizeof(Element));
  });
  const Rest rest{facts.docstring,
                  facts.line_count,
                  facts.has_all,
                  facts.all_is_dynamic,
                  facts.has_getattr,
                  facts.binds_dynamically,
                  facts.docstring_says_deprecated};
  out.append(reinterpret_cast<const char*>(&rest), sizeof(rest));
}

bool read_facts(std::string_view bytes, python::ModuleFacts& facts) {
  bool fits = true;
  const auto take = [&](void* to, std::size_t size) {
    fits = fits && size <= bytes.size();
    if (!fits || size == 0) return;
    std::memcpy(to, bytes.data(), size);
    bytes.remove_prefix(size);
  };
  for_each_part(facts, [&](auto& part) {
    using Element = typename std::remove_cvref_t<decltype(part)>::value_type;
    std::uint32_t count = 0;
    take(&count, sizeof(count));
    fits = fits && count <= bytes.size() / sizeof(Element);
    if (!fits) return;
    part.resize(count);
    take(part.data(), count * sizeof(Element));
  });
  Rest rest;
  take(&rest, sizeof(rest));
  facts.docstring = rest.docstring;
  facts.line_count = rest.line_count;
  facts.has_all = rest.has_all;
  facts.all_is_dynamic = rest.all_is_dynamic;
  facts.has_getattr = rest.has_getattr;
  facts.binds_dynamically = rest.binds_dynamically;
  facts.docstring_says_deprecated = rest.docstring_says_deprecated;
  return fits && bytes.empty();
}

}  // namespace gp::graph
