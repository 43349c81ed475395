#include "gardener/graph/resolver_search.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "gardener/graph/resolution.h"

namespace gp::graph {

using python::Binding;
using python::BindingKind;
using python::ModuleFacts;

namespace {

constexpr std::uint32_t kNoCycle = 0xffffffff;
constexpr std::uint32_t kMaxChain = 200;  // re-exports behind each other; then kDynamic

// Names that every module has without binding them.
bool is_module_attribute(std::string_view name) {
  constexpr std::string_view kNames[] = {
      "__name__",   "__doc__",  "__file__",   "__path__",     "__package__",    "__spec__",
      "__loader__", "__dict__", "__cached__", "__builtins__", "__annotations__"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool is_before(const Target& a, const Target& b) {
  return std::tie(a.kind, a.file, a.binding, a.name) < std::tie(b.kind, b.file, b.binding, b.name);
}

// Names that are not found in such facts may be there all the same.
bool is_open_ended(const ModuleFacts& facts) {
  return facts.has_getattr || facts.binds_dynamically ||
         std::any_of(facts.problems.begin(), facts.problems.end(), [](const python::Problem& one) {
           return one.kind != python::ProblemKind::kNeedsVersion;
         });
}

}  // namespace

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

const Resolution& ResolverMemory::unknown(std::string_view text) {
  Answer& known = answer(text, Question::kUnknown, {}).second;
  if (known.state != State::kDone) add(known.resolution, dynamic({}, text));
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
  known.depth = ++depth_;
  lowest_ = kNoCycle;
  const std::string_view key = slot.first;
  Resolution found = search(key.substr(0, module.size()), key.substr(module.size() + 1));
  --depth_;
  known.resolution = found;
  known.lowest = lowest_;
  close(slot, provisional);
  lowest_ = std::min(outer, known.state == State::kProvisional ? known.lowest : kNoCycle);
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
  // The order in a cycle would depend on which of its names was asked for first.
  if (known.lowest != kNoCycle)
    std::sort(known.resolution.targets.begin(), known.resolution.targets.end(), is_before);
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
      add(result, external(module, name));
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
  if (is_open_ended(facts) || is_stub || is_module_attribute(name) ||
      names.is_function_global(name))
    found.targets = {dynamic(place.module, name)};
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
  const ModuleRef module = code_.find(*source);  // none: outside, or built from other sources
  if (!module ||
      (module.file != kNoFile && code_.tree().file(module.file).kind != FileKind::kPython)) {
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

}  // namespace gp::graph
