/// Making and merging Resolutions: what the parts of the resolver share.
#pragma once

#include <string>
#include <string_view>

#include "gardener/graph/resolver.h"

namespace gp::graph {

/// Each adds what `found` lacks.
void add(Resolution& found, Target target);
void add(Resolution& found, Hop hop);
void add(Resolution& found, Resolution more);

bool has_other_than(const Resolution& found, TargetKind kind);
/// Takes targets of `kind` out if there are others.
void prefer_others(Resolution& found, TargetKind kind);

/// left + between + right; right alone if left is empty.
std::string joined(std::string_view left, char between, std::string_view right);
Target missing(std::string_view module, std::string_view name);
Target dynamic(std::string_view module, std::string_view name);
/// `name` of what stands outside.
Target external(std::string_view module, std::string_view name);
/// kModule, kMissing or kExternal.
Target module_target(const CodeBase& code, std::string_view dotted);

/// The first part of a dotted text, which is shortened by it.
std::string_view take_part(std::string_view& dotted);

}  // namespace gp::graph
