#include "gardener/graph/resolver_search.h"

#include <algorithm>
#include <utility>

namespace gp::graph {

using python::Binding;
using python::BindingKind;
using python::ModuleFacts;

namespace {

constexpr std::uint32_t kMaxChain = 200;   // re-exports behind each other; then kDynamic
constexpr std::uint32_t kMaxClasses = 50;  // bases of bases; then kDynamic

void add(Resolution& found, Target target) {
  if (std::find(found.targets.begin(), found.targets.end(), target) == found.targets.end())
    found.targets.push_back(std::move(target));
}

void add(Resolution& found, Hop hop) {
  const auto is_same = [&](const Hop& other) {
    return other.file == hop.file && other.imported_name == hop.imported_name;
  };
  if (std::none_of(found.hops.begin(), found.hops.end(), is_same)) found.hops.push_back(hop);
}

void add(Resolution& found, Resolution more) {
  for (Target& target : more.targets) add(found, std::move(target));
  for (const Hop& hop : more.hops) add(found, hop);
}

bool is_kind(const Target& target, TargetKind kind) { return target.kind == kind; }

bool has_other_than(const Resolution& found, TargetKind kind) {
  return std::any_of(found.targets.begin(), found.targets.end(),
                     [&](const Target& target) { return !is_kind(target, kind); });
}

// Takes targets of `kind` out if there are others.
void prefer_others(Resolution& found, TargetKind kind) {
  if (!has_other_than(found, kind)) return;
  std::erase_if(found.targets, [&](const Target& target) { return is_kind(target, kind); });
}

std::string joined(std::string_view left, char between, std::string_view right) {
  std::string text(left);
  if (!text.empty()) text += between;
  return text += right;
}

Target missing(std::string_view module, std::string_view name) {
  return {TargetKind::kMissing, kNoFile, python::kNone, joined(module, ':', name)};
}

Target dynamic(std::string_view module, std::string_view name) {
  return {TargetKind::kDynamic, kNoFile, python::kNone, joined(module, ':', name)};
}

bool is_dunder(std::string_view name) {
  return name.size() > 4 && name.starts_with("__") && name.ends_with("__");
}

// Names that every module has without binding them.
bool is_module_attribute(std::string_view name) {
  constexpr std::string_view kNames[] = {"__name__",   "__doc__",  "__file__", "__path__",
                                         "__package__", "__spec__", "__loader__", "__dict__",
                                         "__cached__", "__builtins__", "__annotations__"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

// Base classes that give no names but dunders.
bool is_empty_base(std::string_view external) {
  constexpr std::string_view kNames[] = {"abc.ABC", "typing.Protocol", "typing.Generic",
                                         "typing_extensions.Protocol"};
  return std::find(std::begin(kNames), std::end(kNames), external) != std::end(kNames);
}

// The first part of a dotted text, which is shortened by it.
std::string_view take_part(std::string_view& dotted) {
  const std::string_view part = dotted.substr(0, dotted.find('.'));
  dotted.remove_prefix(std::min(part.size() + 1, dotted.size()));
  return part;
}

// Names that are not found in such facts may be there all the same.
bool is_open_ended(const ModuleFacts& facts) {
  return facts.has_getattr ||
         std::any_of(facts.problems.begin(), facts.problems.end(), [](const python::Problem& one) {
           return one.kind != python::ProblemKind::kNeedsVersion;
         });
}

}  // namespace

Target module_target(const CodeBase& code, std::string_view dotted) {
  if (const ModuleRef module = code.find(dotted))
    return {TargetKind::kModule, module.file, python::kNone, std::string(dotted)};
  const TargetKind kind =
      code.is_first_party(dotted) ? TargetKind::kMissing : TargetKind::kExternal;
  return {kind, kNoFile, python::kNone, std::string(dotted)};
}

ResolverMemory::ResolverMemory(const CodeBase& code)
    : code_(code), names_(code.tree().files().size()) {}

const ModuleNames& ResolverMemory::names(FileId file) {
  std::unique_ptr<ModuleNames>& names = names_[file];
  if (!names) names = std::make_unique<ModuleNames>(code_.facts(file));
  return *names;
}

ResolverMemory::Answers::value_type& ResolverMemory::answer(std::string_view module,
                                                            Question question,
                                                            std::string_view name) {
  key_.assign(module).append(1, static_cast<char>(question)).append(name);
  const auto found = answers_.find(std::string_view(key_));
  return found != answers_.end() ? *found : *answers_.emplace(key_, Answer{}).first;
}

const Resolution& ResolverMemory::attribute(std::string_view module, std::string_view name) {
  const bool is_dotted = name.find('.') != std::string_view::npos;
  Answer& known = answer(module, is_dotted ? Question::kDottedName : Question::kName, name).second;
  if (known.state == State::kDone) return known.resolution;
  if (!is_dotted) {
    find(module, name);
    return known.resolution;
  }
  std::string_view rest = name;
  Resolution found = find(module, take_part(rest));
  while (!rest.empty()) found = step(found, take_part(rest));
  known.resolution = std::move(found);
  known.state = State::kDone;
  return known.resolution;
}

const Resolution& ResolverMemory::module_itself(std::string_view dotted) {
  Answer& known = answer(dotted, Question::kModule, {}).second;
  if (known.state != State::kDone) add(known.resolution, module_target(code_, dotted));
  known.state = State::kDone;
  return known.resolution;
}

const Resolution& ResolverMemory::nowhere(std::string_view text) {
  Answer& known = answer(text, Question::kNowhere, {}).second;
  if (known.state != State::kDone) add(known.resolution, missing({}, text));
  known.state = State::kDone;
  return known.resolution;
}

Resolution ResolverMemory::find(std::string_view module, std::string_view name) {
  Answers::value_type& slot = answer(module, Question::kName, name);
  Answer& known = slot.second;
  switch (known.state) {
    case State::kDone: return known.resolution;
    case State::kProvisional: lowest_ = std::min(lowest_, known.lowest); return known.resolution;
    case State::kOpen:
      lowest_ = std::min(lowest_, known.depth);
      return submodule_or_missing(module, name);
    case State::kNew: break;
  }
  if (depth_ == kMaxChain) {
    lowest_ = 0;
    Resolution too_long;
    add(too_long, dynamic(module, name));
    return too_long;
  }
  const std::uint32_t outer = lowest_;
  const std::size_t provisional = provisional_.size();
  known.state = State::kOpen;
  known.depth = lowest_ = ++depth_;
  const std::string_view key = slot.first;
  Resolution found = search(key.substr(0, module.size()), key.substr(module.size() + 1));
  --depth_;
  known.resolution = found;
  known.lowest = lowest_;
  close(slot, provisional);
  lowest_ = std::min(outer, lowest_);
  return found;
}

// What met only names inside `slot` is final; what is provisional since it was opened lacks a part.
void ResolverMemory::close(Answers::value_type& slot, std::size_t provisional) {
  Answer& known = slot.second;
  if (known.lowest < known.depth && depth_ > 0) {
    known.state = State::kProvisional;
    provisional_.push_back(&slot);
    return;
  }
  known.state = State::kDone;
  for (std::size_t i = provisional; i < provisional_.size(); ++i)
    answers_.erase(answers_.find(provisional_[i]->first));
  provisional_.resize(provisional);
}

Resolution ResolverMemory::search(std::string_view module, std::string_view name) {
  const ModuleRef found = code_.find(module);
  Resolution result;
  if (!found) {
    if (code_.is_first_party(module)) {
      add(result, missing(module, name));
    } else {
      add(result,
          Target{TargetKind::kExternal, kNoFile, python::kNone, joined(module, '.', name)});
    }
    return result;
  }
  if (found.kind == ModuleKind::kNamespace) return submodule_or_missing(module, name);
  if (code_.tree().file(found.file).kind == FileKind::kPython)
    return search_file({module, found.file}, name);
  add(result, dynamic(module, name));  // an extension
  return result;
}

Resolution ResolverMemory::submodule_or_missing(std::string_view module,
                                                std::string_view name) const {
  Resolution result;
  const std::string dotted = joined(module, '.', name);
  const ModuleRef found = code_.find(dotted);
  add(result, found ? module_target(code_, dotted) : missing(module, name));
  return result;
}

Resolution ResolverMemory::search_file(const Place& place, std::string_view name) {
  const ModuleFacts& facts = code_.facts(place.file);
  const ModuleNames& names = this->names(place.file);
  Resolution found;
  for (const std::uint32_t index : names.visible(python::kNone, name)) binding(place, index, found);
  prefer_others(found, TargetKind::kMissing);
  if (has_other_than(found, TargetKind::kMissing)) return found;

  Resolution starred;
  for (const std::uint32_t statement : names.stars()) star(place, statement, name, starred);
  prefer_others(starred, TargetKind::kDynamic);
  if (!starred.targets.empty()) return starred;

  if (code_.is_package_init(place.file)) {
    Resolution submodule = submodule_or_missing(place.module, name);
    if (!submodule.is_missing()) return submodule;
  }
  const bool is_stub = code_.tree().file(place.file).path.ends_with(".pyi");
  if (is_open_ended(facts) || is_stub || is_module_attribute(name)) found.targets.clear();
  if (is_open_ended(facts) || is_stub || is_module_attribute(name))
    add(found, dynamic(place.module, name));
  if (found.targets.empty()) add(found, missing(place.module, name));
  return found;
}

// What `from x import *` gives `name`, if anything.
void ResolverMemory::star(const Place& place, std::uint32_t statement, std::string_view name,
                          Resolution& found) {
  const ModuleFacts& facts = code_.facts(place.file);
  const python::ImportStatement& from = facts.imports[statement];
  const std::optional<std::string> source =
      code_.absolute(place.file, from.level, facts.text(from.module));
  if (!source) return;
  const ModuleRef module = code_.find(*source);
  if (!module && code_.is_first_party(*source)) return;
  if (!module || (module.file != kNoFile &&
                  code_.tree().file(module.file).kind != FileKind::kPython)) {
    add(found, dynamic(*source, name));
    return;
  }
  if (module.file == kNoFile) return;
  const ModuleFacts& there = code_.facts(module.file);
  if (there.has_all ? !there.all_is_dynamic && !names(module.file).is_in_all(name)
                    : name.starts_with('_'))
    return;
  Resolution more = find(*source, name);
  if (more.is_missing()) return;
  add(found, Hop{place.file, from.first_name});
  add(found, std::move(more));
}

std::string ResolverMemory::module_name(const Place& place) const {
  std::string name = code_.name_of(place.file);
  return code_.find(name).file == place.file ? name : std::string(place.module);
}

void ResolverMemory::binding(const Place& place, std::uint32_t index, Resolution& found) {
  const ModuleFacts& facts = code_.facts(place.file);
  const Binding& binding = facts.bindings[index];
  if (binding.kind == BindingKind::kImport) {
    import(place, binding.imported_name, found);
    return;
  }
  if (binding.kind == BindingKind::kAssignment && alias(place, binding, found)) return;
  add(found, Target{TargetKind::kDefinition, place.file, index,
                    joined(module_name(place), ':', facts.text(binding.name))});
}

void ResolverMemory::import(const Place& place, std::uint32_t imported_name, Resolution& found) {
  const ModuleFacts& facts = code_.facts(place.file);
  const python::ImportedName& imported = facts.names[imported_name];
  const python::ImportStatement& statement = facts.imports[imported.statement];
  const std::string_view name = facts.text(imported.name);
  add(found, Hop{place.file, imported_name});
  if (!statement.is_from) {
    const bool binds_top = imported.alias.empty();
    add(found, module_target(code_, binds_top ? name.substr(0, name.find('.')) : name));
    return;
  }
  const std::string_view module = facts.text(statement.module);
  const std::optional<std::string> source = code_.absolute(place.file, statement.level, module);
  if (!source || (statement.level > 0 && !code_.find(*source))) {
    add(found, missing(source ? std::string_view(*source) : module, name));
    return;
  }
  add(found, find(*source, name));
}

// `x = a.b`: the targets of a.b when `a` is a name of this module and all on the way are modules.
bool ResolverMemory::alias(const Place& place, const Binding& binding, Resolution& found) {
  const ModuleFacts& facts = code_.facts(place.file);
  std::string_view rest = facts.text(binding.alias_of);
  const std::string_view head = take_part(rest);
  const ModuleNames& names = this->names(place.file);
  if (head.empty() || binding.owner != python::kNone || head == facts.text(binding.name) ||
      (!names.has(head) && names.stars().empty()))
    return false;
  Resolution target = find(place.module, head);
  const auto is_module = [](const Target& one) {
    return one.kind == TargetKind::kModule || one.kind == TargetKind::kExternal;
  };
  while (!rest.empty()) {
    if (!std::all_of(target.targets.begin(), target.targets.end(), is_module)) return false;
    target = step(target, take_part(rest));
  }
  const auto is_known = [&](const Target& one) {
    return is_module(one) || one.kind == TargetKind::kDefinition;
  };
  if (!std::all_of(target.targets.begin(), target.targets.end(), is_known)) return false;
  add(found, std::move(target));
  return true;
}

// `name` of each target.
Resolution ResolverMemory::step(const Resolution& from, std::string_view name) {
  Resolution found;
  for (const Hop& hop : from.hops) add(found, hop);
  for (const Target& target : from.targets) {
    const bool is_definition = target.kind == TargetKind::kDefinition;
    if (target.kind == TargetKind::kModule) {
      add(found, find(target.name, name));
    } else if (target.kind == TargetKind::kExternal) {
      add(found, Target{TargetKind::kExternal, kNoFile, python::kNone,
                        joined(target.name, '.', name)});
    } else if (is_definition &&
               code_.facts(target.file).bindings[target.binding].kind == BindingKind::kClass) {
      Resolution members;
      member({target.name.substr(0, target.name.find(':')), target.file, target.binding}, name,
             members);
      prefer_others(members, TargetKind::kDynamic);
      if (members.targets.empty())
        add(members, is_dunder(name) ? dynamic(target.name, name) : missing(target.name, name));
      add(found, std::move(members));
    } else {
      Target unknown = is_definition ? dynamic(target.name, name) : target;
      add(found, std::move(unknown));
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
    if (target.kind == TargetKind::kDefinition &&
        code_.facts(target.file).bindings[target.binding].kind == BindingKind::kClass) {
      const std::string module = target.name.substr(0, target.name.find(':'));
      member({module, target.file, target.binding}, name, found);
    } else if (!is_empty_base(target.name)) {
      add(found, dynamic(in.module, name));
    }
  }
  return std::any_of(found.targets.begin(), found.targets.end(), [](const Target& target) {
    return target.kind == TargetKind::kDefinition;
  });
}

}  // namespace gp::graph
