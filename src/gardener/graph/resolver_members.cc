// Attributes of what was found: of modules, and of classes with their bases.
#include <algorithm>
#include <utility>

#include "gardener/graph/resolution.h"
#include "gardener/graph/resolver_search.h"

namespace gp::graph {

using python::Binding;
using python::BindingKind;
using python::ModuleFacts;

namespace {

constexpr std::uint32_t kMaxClasses = 50;  // bases of bases; then kDynamic

bool is_dunder(std::string_view name) {
  return name.size() > 4 && name.starts_with("__") && name.ends_with("__");
}

// Base classes that give no names but dunders.
bool is_empty_base(std::string_view external) {
  constexpr std::string_view kNames[] = {"abc.ABC", "typing.Protocol", "typing.Generic",
                                         "typing_extensions.Protocol"};
  return std::find(std::begin(kNames), std::end(kNames), external) != std::end(kNames);
}

bool is_class(const CodeBase& code, const Target& target) {
  return target.kind == TargetKind::kDefinition &&
         code.facts(target.file).bindings[target.binding].kind == BindingKind::kClass;
}

}  // namespace

// `name` of each target.
Resolution ResolverMemory::step(const Resolution& from, std::string_view name) {
  Resolution found;
  for (const Hop& hop : from.hops) add(found, hop);
  for (const Target& target : from.targets) {
    const std::string full = joined(target.name, '.', name);
    if (target.kind == TargetKind::kModule) {
      add(found, find(target.name, name));
    } else if (target.kind == TargetKind::kExternal) {
      add(found, external(target.name, name));
    } else if (is_class(code_, target)) {
      Resolution members;
      member({target.name.substr(0, target.name.find(':')), target.file, target.binding}, name,
             members);
      prefer_others(members, TargetKind::kDynamic);
      if (members.targets.empty())
        add(members, is_dunder(name) ? dynamic({}, full) : missing({}, full));
      add(found, std::move(members));
    } else {
      const bool is_value = target.kind == TargetKind::kDefinition;
      add(found, is_value ? dynamic({}, full) : target);
    }
  }
  prefer_others(found, TargetKind::kMissing);
  return found;
}

void ResolverMemory::member(const Class& in, std::string_view name, Resolution& found) {
  const ModuleFacts& facts = code_.facts(in.file);
  const Binding& self = facts.bindings[in.binding];
  if (self.owner != python::kNone || class_depth_ == kMaxClasses) {
    add(found, dynamic(in.module, name));  // the facts have members of top-level classes only
    return;
  }
  const std::vector<std::uint32_t> own = names(in.file).visible(in.binding, name);
  for (const std::uint32_t index : own) {
    const Binding& one = facts.bindings[index];
    if (one.kind == BindingKind::kImport) {
      import({in.module, in.file}, one.imported_name, found);
      continue;
    }
    add(found, Target{TargetKind::kDefinition, in.file, index,
                      in.module + ":" + joined(facts.text(self.name), '.', name)});
  }
  if (!own.empty()) return;
  ++class_depth_;
  for (std::uint32_t i = 0; i < self.base_count; ++i)
    if (base(in, facts.text(facts.bases[self.first_base + i]), name, found)) break;
  --class_depth_;
}

// True if the base has the name: those behind it do not count.
bool ResolverMemory::base(const Class& in, std::string_view text, std::string_view name,
                          Resolution& found) {
  std::string_view rest = text;
  const std::string_view head = take_part(rest);
  if (text == "object" && !names(in.file).has(head)) return false;
  Resolution bases;
  if (!head.empty()) bases = find(in.module, head);
  while (!rest.empty()) bases = step(bases, take_part(rest));
  if (bases.targets.empty()) add(found, dynamic(in.module, name));
  for (const Target& target : bases.targets) {
    if (is_class(code_, target)) {
      const std::string module = target.name.substr(0, target.name.find(':'));
      member({module, target.file, target.binding}, name, found);
    } else if (!is_empty_base(target.name)) {
      add(found, dynamic(in.module, name));
    }
  }
  return std::any_of(found.targets.begin(), found.targets.end(),
                     [](const Target& target) { return target.kind == TargetKind::kDefinition; });
}

}  // namespace gp::graph
