/// What this program was built from.
#pragma once

namespace gp::app {

extern const char* const kVersion;
extern const char* const kCommit;  ///< empty outside a git checkout

}  // namespace gp::app
