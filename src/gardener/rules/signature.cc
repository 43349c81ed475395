#include "gardener/rules/signature.h"

namespace gp::rules {
namespace {

using python::BindingKind;
using python::ParameterKind;

std::string parameters_text(const python::ModuleFacts& facts, const python::Binding& binding) {
  std::string text;
  ParameterKind previous = ParameterKind::kNormal;
  bool has_star = false;
  for (std::uint32_t i = 0; i < binding.parameter_count; ++i) {
    const python::Parameter& parameter = facts.parameters[binding.first_parameter + i];
    if (previous == ParameterKind::kPositionalOnly && parameter.kind != previous) text += ", /";
    if (!text.empty()) text += ", ";
    if (parameter.kind == ParameterKind::kKeywordOnly && !has_star) {
      text += "*, ";
      has_star = true;
    }
    if (parameter.kind == ParameterKind::kVarPositional) {
      text += "*";
      has_star = true;
    }
    if (parameter.kind == ParameterKind::kVarKeyword) text += "**";
    text += facts.text(parameter.name);
    if (parameter.has_default) text += "=…";
    previous = parameter.kind;
  }
  if (previous == ParameterKind::kPositionalOnly) text += ", /";
  return text;
}

}  // namespace

std::string signature_text(const python::ModuleFacts& facts, const python::Binding& binding) {
  const std::string name(facts.text(binding.name));
  switch (binding.kind) {
    case BindingKind::kAsyncFunction:
      return "async def " + name + "(" + parameters_text(facts, binding) + ")";
    case BindingKind::kFunction: return "def " + name + "(" + parameters_text(facts, binding) + ")";
    case BindingKind::kClass: {
      std::string text = "class " + name;
      for (std::uint32_t i = 0; i < binding.base_count; ++i) {
        const std::string_view base = facts.text(facts.bases[binding.first_base + i]);
        text.append(i == 0 ? "(" : ", ").append(base.empty() ? "…" : base);
      }
      return binding.base_count == 0 ? text : text + ")";
    }
    case BindingKind::kAssignment: return name + " = …";
    case BindingKind::kImport: return "import of " + name;
  }
  return name;
}

}  // namespace gp::rules
