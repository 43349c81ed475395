#include "gardener/plan/signature.h"

#include <fmt/core.h>

#include <algorithm>

namespace gp::plan {
namespace {

using python::Binding;
using python::BindingKind;
using python::Parameter;
using python::ParameterKind;

std::vector<Parameter> parameters_of(const Callable& callable) {
  const auto first = callable.facts->parameters.begin() + callable.function->first_parameter;
  std::vector<Parameter> parameters(first, first + callable.function->parameter_count);
  if (callable.has_self && !parameters.empty() &&
      parameters.front().kind != ParameterKind::kVarPositional)
    parameters.erase(parameters.begin());
  return parameters;
}

}  // namespace

CallShape shape_of(const python::ModuleFacts& facts, const python::Call& call) {
  CallShape shape{.positional = call.positional,
                  .has_star = call.has_star,
                  .has_double_star = call.has_double_star};
  for (std::uint32_t i = 0; i < call.keyword_count; ++i)
    shape.keywords.push_back(facts.text(facts.keywords[call.first_keyword + i]));
  return shape;
}

std::optional<Callable> callable_of(const python::ModuleFacts& facts, std::uint32_t binding) {
  const Binding& one = facts.bindings[binding];
  if (one.decorator_count != 0) return std::nullopt;
  if (one.kind == BindingKind::kFunction || one.kind == BindingKind::kAsyncFunction)
    return Callable{&facts, &one, false};
  if (one.kind != BindingKind::kClass) return std::nullopt;
  for (const Binding& member : facts.bindings) {
    if (member.owner == binding && facts.text(member.name) == "__init__" &&
        member.kind == BindingKind::kFunction && member.decorator_count == 0)
      return Callable{&facts, &member, true};
  }
  return std::nullopt;
}

std::string mismatch(const Callable& callable, const CallShape& shape) {
  const std::vector<Parameter> parameters = parameters_of(callable);
  std::uint32_t places = 0;
  bool takes_more = false;
  bool takes_any_keyword = false;
  for (const Parameter& parameter : parameters) {
    takes_more = takes_more || parameter.kind == ParameterKind::kVarPositional;
    takes_any_keyword = takes_any_keyword || parameter.kind == ParameterKind::kVarKeyword;
    places +=
        parameter.kind == ParameterKind::kNormal || parameter.kind == ParameterKind::kPositionalOnly
            ? 1
            : 0;
  }
  if (shape.positional > places && !takes_more)
    return fmt::format("takes {} positional arguments, the call gives {}", places,
                       shape.positional);
  for (const std::string_view keyword : shape.keywords) {
    const bool is_known =
        std::any_of(parameters.begin(), parameters.end(), [&](const Parameter& parameter) {
          return (parameter.kind == ParameterKind::kNormal ||
                  parameter.kind == ParameterKind::kKeywordOnly) &&
                 callable.facts->text(parameter.name) == keyword;
        });
    if (!is_known && !takes_any_keyword) return fmt::format("has no parameter {}", keyword);
  }
  std::uint32_t place = 0;
  for (const Parameter& parameter : parameters) {
    const bool is_placed = parameter.kind == ParameterKind::kNormal ||
                           parameter.kind == ParameterKind::kPositionalOnly;
    const bool is_given = is_placed && place < shape.positional;
    place += is_placed ? 1 : 0;
    if (is_given || parameter.has_default || parameter.kind == ParameterKind::kVarPositional ||
        parameter.kind == ParameterKind::kVarKeyword)
      continue;
    const std::string_view name = callable.facts->text(parameter.name);
    const bool is_named =
        std::find(shape.keywords.begin(), shape.keywords.end(), name) != shape.keywords.end();
    const bool is_hidden = shape.has_double_star || (shape.has_star && is_placed);
    if (!is_named && !is_hidden) return fmt::format("needs {}, which the call does not give", name);
  }
  return {};
}

std::string shown_definition(const python::ModuleFacts& facts, const Binding& binding) {
  const std::string name(facts.text(binding.name));
  switch (binding.kind) {
    case BindingKind::kClass: return "class " + name;
    case BindingKind::kAssignment: return name + " = …";
    case BindingKind::kImport: return "import of " + name;
    case BindingKind::kFunction:
    case BindingKind::kAsyncFunction: break;
  }
  std::string text = binding.kind == BindingKind::kAsyncFunction ? "async def " : "def ";
  text.append(name).append("(");
  bool has_star = false;
  for (std::uint32_t i = 0; i < binding.parameter_count; ++i) {
    const Parameter& parameter = facts.parameters[binding.first_parameter + i];
    if (i > 0) text.append(", ");
    if (parameter.kind == ParameterKind::kKeywordOnly && !has_star) text.append("*, ");
    has_star = has_star || parameter.kind == ParameterKind::kKeywordOnly ||
               parameter.kind == ParameterKind::kVarPositional;
    if (parameter.kind == ParameterKind::kVarPositional) text.append("*");
    if (parameter.kind == ParameterKind::kVarKeyword) text.append("**");
    text.append(facts.text(parameter.name));
    if (parameter.has_default) text.append("=…");
  }
  return text.append(")");
}

}  // namespace gp::plan
