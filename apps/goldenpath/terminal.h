/// What the commands that talk to a person need of a terminal: colours when they are wanted, text
/// that cannot command the terminal, and interrupts as a descriptor.
///
/// Thread: the main thread only.
#pragma once

#include <string>
#include <string_view>

namespace gp::app {

/// Colours for one descriptor: only if it is a terminal and NO_COLOR is not set
/// (https://no-color.org).
class Paint {
 public:
  explicit Paint(int descriptor);

  bool coloured() const { return coloured_; }
  std::string dim(std::string_view text) const { return wrapped("\x1b[2m", text); }
  std::string bold(std::string_view text) const { return wrapped("\x1b[1m", text); }
  std::string red(std::string_view text) const { return wrapped("\x1b[31m", text); }
  std::string green(std::string_view text) const { return wrapped("\x1b[32m", text); }
  std::string yellow(std::string_view text) const { return wrapped("\x1b[33m", text); }

 private:
  std::string wrapped(std::string_view start, std::string_view text) const;

  bool coloured_;
};

/// Without control characters other than line feed and tab: text of agents and servers must not
/// move the cursor or rewrite the screen. `text` must be UTF-8.
std::string printable(std::string_view text);
/// printable, in one line, at most `characters_max` characters, cut with "…".
std::string one_line(std::string_view text, std::size_t characters_max);

/// While it lives, SIGINT is not delivered but readable from descriptor().
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  int descriptor() const { return descriptor_; }
  /// Takes one interrupt if there is one.
  bool take();

 private:
  int descriptor_;
};

}  // namespace gp::app
