/// TargetModel: the top-level definitions of the deprecated module, what each needs of the others,
/// and what stands in the way of moving one.
///
/// Needs are the module-level names a definition's statement uses (body, decorators, defaults,
/// annotations; not inside strings), minus names that are local where they are used.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gardener/refs/find_references.h"

namespace gp::plan {

struct Definition {
  std::string name{};
  std::uint32_t binding = python::kNone;  ///< the last one of the name
  python::Span text{};     ///< whole lines: the comments right above, decorators, trailing comment
  std::string obstacle{};  ///< why it cannot be moved; "" if it can
  std::vector<std::string> needs{};   ///< module-level names it uses, itself excluded; sorted
  std::vector<std::string> writes{};  ///< names it assigns by `global`; sorted
};

/// A statement of the module that runs when it is imported and defines nothing: it would run no
/// more.
struct Effect {
  std::uint32_t line = 0;
  std::string text{};                ///< its first line
  std::vector<std::string> names{};  ///< definitions of the module that it uses
};

class TargetModel {
 public:
  explicit TargetModel(const refs::ScannedFile& file);

  const refs::ScannedFile& file() const { return file_; }
  const python::ModuleFacts& facts() const { return file_.facts; }
  /// nullptr if the module binds no such name itself.
  const Definition* find(std::string_view name) const;
  /// In the order of the source.
  const std::vector<Definition>& definitions() const { return definitions_; }
  const python::Binding& binding(const Definition& definition) const {
    return facts().bindings[definition.binding];
  }
  /// In the order of the source. Not: imports, deprecation warnings, log lines and prints,
  /// `__all__`, what stands under `if __name__ == "__main__"`, tests of if, elif, while and except.
  const std::vector<Effect>& effects() const { return effects_; }
  /// The first effect that uses the name; nullptr if there is none.
  const Effect* effect_on(std::string_view name) const;
  bool is_import(const Definition& definition) const {
    return binding(definition).kind == python::BindingKind::kImport;
  }

 private:
  void find_text(Definition& definition) const;
  void find_needs(Definition& definition) const;
  void find_effects();
  std::vector<python::Span> accounted() const;
  bool is_local(const python::Use& use, std::string_view name, python::Span inside,
                bool* is_global) const;

  const refs::ScannedFile& file_;
  std::vector<Definition> definitions_{};
  std::vector<Effect> effects_{};
  std::unordered_map<std::string_view, std::size_t> by_name_{};
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> stores_{};  ///< uses, by name
};

/// True if a copy of it in two modules is no second source of truth: a plain constant or a logger.
bool may_be_doubled(const TargetModel& target, const Definition& definition);

/// True if a `global` statement names what stands at `at`.
bool is_in_global_statement(std::string_view source, std::uint32_t at);

}  // namespace gp::plan
