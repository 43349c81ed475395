/// The commands of the program. Each add_* function defines one: its flags, and what it does.
///
/// To add one: a file command_<name>.cc with its add function, a line here and in main.cc. A
/// command sets `status` to one of the constants below and writes its result with Output
/// (output.h).
#pragma once

#include <CLI/CLI.hpp>

#include "gardener/global_flags.h"

namespace gp::app {

inline constexpr int kClean = 0;
inline constexpr int kFound = 1;       ///< findings, or a change would be made
inline constexpr int kUsage = 2;       ///< wrong flags, files or settings; an internal error
inline constexpr int kIncomplete = 3;  ///< something could not be read or classified

void add_scan(CLI::App& root, const GlobalFlags& flags, int& status);
void add_refs(CLI::App& root, const GlobalFlags& flags, int& status);
void add_tests(CLI::App& root, const GlobalFlags& flags, int& status);
void add_plan(CLI::App& root, const GlobalFlags& flags, int& status);
void add_apply(CLI::App& root, const GlobalFlags& flags, int& status);
void add_verify(CLI::App& root, const GlobalFlags& flags, int& status);
void add_loop(CLI::App& root, const GlobalFlags& flags, int& status);
void add_tracker(CLI::App& root, const GlobalFlags& flags, int& status);
void add_gate(CLI::App& root, const GlobalFlags& flags, int& status);
void add_explain(CLI::App& root, const GlobalFlags& flags, int& status);

}  // namespace gp::app
