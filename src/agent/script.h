/// Script: what the scripted agent does with a message. Pure and deterministic: the same message
/// gives the same steps.
///
/// Options are words of the message, `name=value`; a value out of range is moved into it, one that
/// is no number is text:
///   tokens=N    length of the answer, 1…100000 (default 40)
///   rate=R      tokens and thinking deltas per second, 0.01…1000000 (default 50); 0: as fast as
///   the loop allows thinking=N  thinking deltas before the answer, 0…10000 (default 3) tool=0|1
///   one call of the tool word_count between thinking and answer (default 1) fail=K      the agent
///   fails (agent_failed) after K tokens of the answer cut=K       the agent disconnects
///   (agent_disconnected) after K tokens of the answer hang=1      the agent never ends after its
///   answer; the word `hang` does it too in a message of options only, so that
///               ordinary sentences may have the word
/// Limits: the answer repeats at most kAnswerWordsMax words of at most kWordBytesMax bytes; the
/// tool's arguments hold at most kToolTextBytesMax of the text. More is left out, never refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/agent.h"
#include "base/clock.h"

namespace gp::agent {

inline constexpr std::size_t kAnswerWordsMax = 64;
inline constexpr std::size_t kWordBytesMax = 64;
inline constexpr std::size_t kToolTextBytesMax = 4096;
/// How long the tool takes, unless rate=0.
inline constexpr Duration kToolTime = std::chrono::milliseconds(30);

struct ScriptOptions {
  enum class Tool { kNone, kWordCount };
  enum class Ending { kEnds, kHangs };

  std::uint64_t tokens = 40;
  double rate = 50;
  std::uint64_t thinking = 3;
  Tool tool = Tool::kWordCount;
  std::optional<std::uint64_t> fail_after{};
  std::optional<std::uint64_t> cut_after{};
  Ending ending = Ending::kEnds;
};

class Script {
 public:
  /// `message` must be UTF-8.
  explicit Script(std::string_view message);

  using Step = std::variant<AgentEvent, AgentEnd>;

  /// Number of steps; the last one is the end, unless the script hangs.
  std::uint64_t size() const;
  /// Step `index` < size().
  Step step(std::uint64_t index) const;
  /// When the step is due, counted from the start. Never decreases with `index`.
  Duration due(std::uint64_t index) const;

  const ScriptOptions& options() const { return options_; }

 private:
  void read_message(std::string_view message);
  bool read_option(std::string_view word);
  std::string token(std::uint64_t index) const;
  AgentEvent tool_step(std::uint64_t index) const;
  AgentEnd end() const;
  std::uint64_t tool_steps() const;
  std::uint64_t tokens_sent() const;
  Duration deltas(std::uint64_t count) const;

  ScriptOptions options_;
  std::string tool_text_;           // the beginning of the message without its options
  std::vector<std::string> words_;  // what the answer repeats
  std::uint64_t word_count_ = 0;
  std::uint64_t character_count_ = 0;
};

}  // namespace gp::agent
