/// The commands of the program. Each add_* function defines one: its flags, and what it does.
///
/// To add one: a file command_<name>.cc with its add function, a line here and in main.cc.
/// Exit status: 0 ok, 1 failed, 2 usage.
#pragma once

#include <CLI/CLI.hpp>

namespace gp::app {

inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

inline constexpr const char* kCaHelp =
    "over https: a file of certificates (PEM) to trust instead of the system's, for a private CA";

void add_serve(CLI::App& root, int& status);
void add_config(CLI::App& root, int& status);
void add_token(CLI::App& root, int& status);
void add_chat(CLI::App& root, int& status);
void add_check(CLI::App& root, int& status);
void add_version(CLI::App& root, int& status);

}  // namespace gp::app
