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
  bool is_import(const Definition& definition) const {
    return binding(definition).kind == python::BindingKind::kImport;
  }

 private:
  void find_text(Definition& definition) const;
  void find_needs(Definition& definition) const;
  bool is_local(const python::Use& use, std::string_view name, python::Span inside,
                bool* is_global) const;

  const refs::ScannedFile& file_;
  std::vector<Definition> definitions_{};
  std::unordered_map<std::string_view, std::size_t> by_name_{};
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> stores_{};  ///< uses, by name
};

/// True if a copy of it in two modules is no second source of truth: a plain constant or a logger.
bool may_be_doubled(const TargetModel& target, const Definition& definition);

/// True if a `global` statement names what stands at `at`.
bool is_in_global_statement(std::string_view source, std::uint32_t at);

}  // namespace gp::plan
