/// ResolverSearch: the search behind Resolver, and what it remembers.
///
/// Answers are kept by (module, name). A search that meets a name it is already looking for ends
/// there; what was found under such a name is provisional, because it lacks what the open name will
/// still find, so it is kept only until the open name is done (as the components of Tarjan). Each
/// search is thereby linear in the bindings it can reach.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gardener/graph/module_names.h"
#include "gardener/graph/resolver.h"

namespace gp::graph {

class ResolverMemory {
 public:
  explicit ResolverMemory(const CodeBase& code);

  /// These references are valid for ever.
  const Resolution& attribute(std::string_view module, std::string_view name);
  const Resolution& module_itself(std::string_view dotted);
  /// A relative import that leads nowhere: `text` is all that is known.
  const Resolution& nowhere(std::string_view text);
  /// The same where nothing has to be found.
  const Resolution& unknown(std::string_view text);

  const ModuleNames& names(FileId file);

 private:
  enum class State : std::uint8_t { kNew, kOpen, kProvisional, kDone };
  struct Answer {
    Resolution resolution{};
    State state = State::kNew;
    std::uint32_t depth = 0;   ///< of an open name
    std::uint32_t lowest = 0;  ///< provisional: the outermost open name it met
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Answers = std::unordered_map<std::string, Answer, Hash, std::equal_to<>>;
  /// What a key asks for; stands between the module and the name.
  enum class Question : char { kName = 1, kDottedName, kModule, kNowhere, kUnknown };

  struct Place {
    std::string_view module;  ///< dotted; find() gives `file`
    FileId file = kNoFile;
  };
  struct Class {
    std::string module{};
    FileId file = kNoFile;
    std::uint32_t binding = python::kNone;
  };

  Answers::value_type& answer(std::string_view module, Question question, std::string_view name);
  Resolution find(std::string_view module, std::string_view name);
  void close(Answers::value_type& slot, std::size_t provisional);
  Resolution search(std::string_view module, std::string_view name);
  Resolution search_file(const Place& place, std::string_view name);
  void star(const Place& place, std::uint32_t statement, std::string_view name, Resolution& found);
  Resolution submodule_or_missing(std::string_view module, std::string_view name) const;
  void binding(const Place& place, std::uint32_t index, Resolution& found);
  void import(const Place& place, std::uint32_t imported_name, Resolution& found);
  bool alias(const Place& place, const python::Binding& binding, Resolution& found);
  Resolution step(const Resolution& from, std::string_view name);
  void member(const Class& in, std::string_view name, Resolution& found);
  bool base(const Class& in, std::string_view text, std::string_view name, Resolution& found);
  std::string module_name(const Place& place) const;

  const CodeBase& code_;
  std::vector<std::unique_ptr<ModuleNames>> names_;
  Answers answers_{};
  std::vector<Answers::value_type*> provisional_{};
  std::string key_{};
  std::uint32_t depth_ = 0;        ///< open names
  std::uint32_t lowest_ = 0;       ///< the outermost open name met since the current one was opened
  std::uint32_t class_depth_ = 0;  ///< classes whose bases are being looked at
};

}  // namespace gp::graph
