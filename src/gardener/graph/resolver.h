/// Resolver: what a name of a module is, following re-exports, conditional bindings, stars and
/// submodules to the definitions.
///
/// Statically: every binding of the name counts (try/except and if/else give a set), the last
/// unconditional one hides those before it, a `del` too. `from p import n` prefers p's binding n
/// over the submodule p.n, as Python does. `x = y` and `x = module.y` are followed too; `x =
/// Class.y` and `x = f()` define x. Where some bindings lead somewhere, those that lead nowhere are
/// left out. What is not found is kMissing, but kDynamic where the module may have it all the same:
/// `__getattr__`, a star import from outside or from a module that is not there (it may be built),
/// `globals()[…] = …`, a function's `global`, a syntax error, a stub without its source, an
/// extension; and for what a stub imports.
/// Cycles of re-exports end at the submodule of that name, or as kMissing; chains of more than 200
/// re-exports as kDynamic. Not seen: `del` inside a block, setattr() on modules, import hooks.
///
/// Thread: one. Answers are remembered in the const object; references to them stay valid as long
/// as it lives.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/graph/code_base.h"

namespace gp::graph {

enum class TargetKind : std::uint8_t {
  kDefinition,  ///< a def, class or assignment of a first-party file
  kModule,      ///< a first-party module, package or namespace
  kExternal,    ///< comes from outside the tree
  kDynamic,     ///< cannot be known: __getattr__, a star from outside, `__all__` at run time
  kMissing,     ///< not there
};

struct Target {
  TargetKind kind = TargetKind::kMissing;
  FileId file = kNoFile;                  ///< kDefinition; kModule with a file
  std::uint32_t binding = python::kNone;  ///< kDefinition
  std::string
      name{};  ///< module: its dotted name; external: "os.path.join"; definition: "module:name"
  friend bool operator==(const Target&, const Target&) = default;
};

/// One step on the way: `module` binds `name` by an import (of which `imported_name` is the index
/// in its facts).
struct Hop {
  FileId file = kNoFile;
  std::uint32_t imported_name = python::kNone;
};

struct Resolution {
  std::vector<Target> targets{};  ///< without duplicates, in the order of the source; never empty
  std::vector<Hop> hops{};        ///< every re-export passed, nearest first
  /// kMissing if nothing was found, otherwise the first target's kind.
  TargetKind kind() const { return targets.front().kind; }
  bool is_missing() const { return targets.size() == 1 && kind() == TargetKind::kMissing; }
};

class Resolver {
 public:
  /// `code` must outlive it.
  explicit Resolver(const CodeBase& code);
  Resolver(Resolver&&) noexcept;
  ~Resolver();

  /// `from <module> import <name>`; `name` may be dotted: `Class.method`, `submodule.function`.
  const Resolution& attribute(std::string_view module, std::string_view name) const;
  /// `import <module>`.
  Target module(std::string_view dotted) const;
  /// A dotted path as mock.patch reads it: the longest module prefix without the last part, then
  /// attributes.
  const Resolution& path(std::string_view dotted) const;
  /// What imported name `index` of `file` (in CodeBase::facts) is. A star is its module.
  const Resolution& imported(FileId file, std::uint32_t index) const;
  /// The same for facts that are not the code base's: an edited file that stands at `file`.
  const Resolution& imported(FileId file, const python::ModuleFacts& facts,
                             std::uint32_t index) const;
  /// The names a star import of `module` binds; sorted. `is_dynamic` set when that cannot be known.
  std::vector<std::string> star_names(std::string_view module, bool* is_dynamic) const;

  const CodeBase& code() const { return *code_; }

 private:
  const Resolution& imported_at_run_time(FileId file, const python::ModuleFacts& facts,
                                         std::uint32_t index) const;

  const CodeBase* code_;
  std::unique_ptr<class ResolverMemory> memory_;
};

}  // namespace gp::graph
