/// ChatScreen: events become text on a terminal (or in a file).
///
/// Thread:     the main thread; no I/O but writing.
/// Invariants: control characters of agents do not reach the terminal (printable()).
#pragma once

#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "client/frame.h"
#include "goldenpath/terminal.h"

namespace gp::app {

class ChatScreen {
 public:
  /// `answers` gets what agents and users say, `notes` the rest; on a terminal they are one. Both
  /// outlive the screen. `paint` is for `notes`.
  ChatScreen(std::FILE* answers, std::FILE* notes, Paint paint)
      : answers_(answers), notes_(notes), paint_(paint) {}

  /// Shows an event; others than those a person cares for are left out.
  void show(const client::Frame& event);
  /// The user's message, of the history or of another tab.
  void show_user(std::string_view content);
  void show_assistant(std::string_view content, std::string_view status);
  /// A dimmed line about the connection or the program.
  void notice(std::string_view text);
  /// "> " on a line of its own.
  void prompt();
  /// The person has typed a line, so the cursor is at the start of one.
  void line_entered() { part_ = Part::kNone; }

 private:
  enum class Part { kNone, kThinking, kText, kTool, kPrompt, kMessage };

  /// Ends what was being written, if it is something else.
  void enter(Part part);
  /// To the file of the part.
  void write(std::string_view text);
  void show_tool_end(const client::Frame& event);
  void show_end(const client::Frame& event);

  std::FILE* answers_;
  std::FILE* notes_;
  Paint paint_;
  Part part_ = Part::kNone;
  std::string open_tool_;    ///< the tool call whose line is not ended
  bool wrote_text_ = false;  ///< of the active run
};

}  // namespace gp::app
