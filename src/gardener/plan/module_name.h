/// Dotted names of modules: their parts, and how a file of a package spells one.
#pragma once

#include <string>
#include <string_view>

namespace gp::plan {

/// "a.b" of "a.b.c"; "" of "a".
std::string_view parent_of(std::string_view dotted);
/// "c" of "a.b.c".
std::string_view last_of(std::string_view dotted);
/// "a" of "a.b.c".
std::string_view first_of(std::string_view dotted);
/// True for "a.b" and "a.b.c" of prefix "a.b".
bool is_or_under(std::string_view dotted, std::string_view prefix);
/// "..c" for module a.c in the package a.b; "" when they share no top package.
std::string relative_spelling(std::string_view package, std::string_view module);

/// What a row says of a name that is a module: "… is a module of its own: plan it first …".
std::string own_module(std::string_view dotted);

/// A symbol's place, "module:name".
struct Destination {
  std::string_view module{};
  std::string_view name{};
};
Destination split_destination(std::string_view to);

}  // namespace gp::plan
