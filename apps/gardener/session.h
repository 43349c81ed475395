/// Session: the settings and the file tree that a command works on.
#pragma once

#include "gardener/global_flags.h"
#include "gardener/graph/code_base.h"
#include "gardener/graph/source_tree.h"
#include "gardener/refs/find_references.h"
#include "gardener/rules/settings.h"

namespace gp::app {

struct Session {
  rules::Settings settings{};
  graph::SourceTree tree;

  graph::CodeBaseOptions code_options(const GlobalFlags& flags) const;
  refs::RefsOptions refs_options(const GlobalFlags& flags) const;
};

/// Errors: the root is missing; the settings are wrong; --config names a file that is not there.
Result<Session> open_session(const GlobalFlags& flags);

/// `module` as a dotted name; a path such as pkg/old.py is turned into one. Errors: it is neither,
/// with the nearest way to write it.
Result<std::string> module_argument(std::string text);

}  // namespace gp::app
