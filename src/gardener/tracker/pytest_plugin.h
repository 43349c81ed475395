/// The pytest plugin of `loop`: a Python file that writes one JSON line per happening.
///
/// Lines: start, item (collected, after deselection), deselected, collect (a file that failed or
/// skipped while collecting), report (setup, call, teardown of a test), foreign (a file imported
/// from the original tree), finish. Under pytest-xdist the items come from worker gw0, the reports
/// from the controller. pytest 3.0 to 8; nothing of the analysed code is imported by it.
#pragma once

#include <string_view>

namespace gp::tracker {

inline constexpr std::string_view kPluginModule = "gardener_loop_plugin";
inline constexpr const char* kPluginOutput = "GARDENER_LOOP_OUTPUT";  ///< file it appends to
inline constexpr const char* kPluginOriginal =
    "GARDENER_LOOP_ORIGINAL";  ///< the tree not to import

/// The source of the module.
std::string_view plugin_source();

}  // namespace gp::tracker
