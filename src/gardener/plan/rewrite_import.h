/// rewrite_import(): one import statement becomes up to one statement per destination, where it
/// stands: same block, same indent, same parentheses; comments and commas stay with their names.
///
/// How: when every name goes to one module, only the module and the changed names are replaced. In
/// all other cases the statement is laid out again from its elements (import_layout.h). Names that
/// stay come first, so that an import that fails today fails before anything is bound. Local names
/// are kept: `import f` becomes `import g as f`. Nothing is hoisted; an emptied block gets `pass`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/plan/edit.h"
#include "gardener/python/facts.h"

namespace gp::plan {

struct NameFate {
  enum class Kind : std::uint8_t { kStay, kGo, kDrop };
  Kind kind = Kind::kStay;
  std::string module{};  ///< kGo: absolute, of the `from` part; "" makes it `import name`
  std::string name{};    ///< kGo: in that module; dotted when `module` is ""
  Safety safety = Safety::kSafe;
  /// kGo: bind the new name instead of keeping the local one (--rename-uses).
  bool takes_new_name = false;
};

struct StatementRewrite {
  std::vector<SpanEdit> edits{};
  std::vector<std::string> table{};  ///< what the statement's part of the import table becomes
};

/// `facts` with Detail::kAll; `fates` one per name of the statement. `package` is the file's (""
/// when relative imports cannot be written). `leaves_block_empty`: all names are dropped and the
/// block has no other statement.
StatementRewrite rewrite_import(std::string_view source, const python::ModuleFacts& facts,
                                std::uint32_t statement, const std::vector<NameFate>& fates,
                                std::string_view package, bool leaves_block_empty);

}  // namespace gp::plan
