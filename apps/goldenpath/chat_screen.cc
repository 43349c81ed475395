#include "goldenpath/chat_screen.h"

#include <fmt/format.h>

namespace gp::app {

using client::Frame;
using protocol::EventType;

namespace {

constexpr std::size_t kArgumentCharacters = 60;

std::string duration_text(double milliseconds) {
  return milliseconds < 1000 ? fmt::format("{:.0f} ms", milliseconds)
                             : fmt::format("{:.1f} s", milliseconds / 1000);
}

}  // namespace

void ChatScreen::write(std::string_view text) {
  const bool said = part_ == Part::kText || part_ == Part::kPrompt || part_ == Part::kMessage;
  std::FILE* const out = said ? answers_ : notes_;
  std::fwrite(text.data(), 1, text.size(), out);
  std::fflush(out);
}

void ChatScreen::enter(Part part) {
  if (part_ != Part::kNone && (part_ != part || part == Part::kTool)) write("\n");
  part_ = part;
}

void ChatScreen::show(const Frame& event) {
  switch (*event.event) {
    case EventType::agent_started: wrote_text_ = false; return;
    case EventType::agent_thinking:
      enter(Part::kThinking);
      return write(paint_.dim(printable(event.payload.delta)));
    case EventType::token:
      enter(Part::kText);
      wrote_text_ = true;
      return write(printable(event.payload.delta));
    case EventType::tool_executing:
      enter(Part::kTool);
      open_tool_ = event.payload.tool_call_id;
      return write(
          fmt::format("• {} {}", one_line(event.payload.tool_name, kArgumentCharacters),
                      paint_.dim(one_line(event.payload.arguments_json, kArgumentCharacters))));
    case EventType::tool_completed: return show_tool_end(event);
    case EventType::agent_completed:
    case EventType::agent_error:
    case EventType::agent_cancelled: return show_end(event);
    default: return;
  }
}

void ChatScreen::show_tool_end(const Frame& event) {
  if (part_ != Part::kTool || open_tool_ != event.payload.tool_call_id) {
    enter(Part::kTool);
    write(fmt::format("• {}", one_line(event.payload.tool_name, kArgumentCharacters)));
  }
  write(fmt::format(" {} {}\n", event.payload.success ? paint_.green("✓") : paint_.red("✗"),
                    paint_.dim(duration_text(event.payload.duration_ms))));
  part_ = Part::kNone;
}

void ChatScreen::show_end(const Frame& event) {
  if (event.event == EventType::agent_completed && !wrote_text_ && !event.payload.text.empty()) {
    enter(Part::kText);
    write(printable(event.payload.text));
  }
  enter(Part::kNone);
  if (event.event == EventType::agent_error)
    write(paint_.red(fmt::format("✗ {}: {}", one_line(event.payload.code, kArgumentCharacters),
                                 one_line(event.payload.message, 300))) +
          "\n");
  if (event.event == EventType::agent_cancelled) write(paint_.yellow("■ stopped") + "\n");
}

void ChatScreen::show_user(std::string_view content) {
  enter(Part::kMessage);
  write(paint_.bold("> " + printable(content)) + "\n");
  part_ = Part::kNone;
}

void ChatScreen::show_assistant(std::string_view content, std::string_view status) {
  enter(Part::kMessage);
  write(printable(content) + "\n");
  part_ = Part::kNone;
  if (status != "complete") write(paint_.dim(fmt::format("({})", one_line(status, 20))) + "\n");
}

void ChatScreen::notice(std::string_view text) {
  enter(Part::kNone);
  write(paint_.dim(one_line(text, 500)) + "\n");
}

void ChatScreen::prompt() {
  if (part_ == Part::kPrompt) return;
  enter(Part::kPrompt);
  write(paint_.bold("> "));
}

}  // namespace gp::app
