/// Signatures: whether a call fits the parameters of a definition, and how a definition is shown to
/// a person.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/python/facts.h"

namespace gp::plan {

struct CallShape {
  std::uint32_t positional = 0;
  std::vector<std::string_view> keywords{};
  bool has_star = false;
  bool has_double_star = false;
};
CallShape shape_of(const python::ModuleFacts& facts, const python::Call& call);

/// What a call of a definition is checked against: the function, or the class's __init__.
struct Callable {
  const python::ModuleFacts* facts = nullptr;
  const python::Binding* function = nullptr;
  bool has_self = false;
};
/// nullopt when the parameters cannot be known: an assignment, a class without __init__ but with
/// bases or decorators, a decorated function.
std::optional<Callable> callable_of(const python::ModuleFacts& facts, std::uint32_t binding);

/// Why the call cannot be made ("has no parameter user_id"); "" if it can, or if stars hide it.
std::string mismatch(const Callable& callable, const CallShape& shape);

/// "async def f(a, *, b=…)", "class C", "x = …".
std::string shown_definition(const python::ModuleFacts& facts, const python::Binding& binding);

}  // namespace gp::plan
