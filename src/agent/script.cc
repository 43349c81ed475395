#include "agent/script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "agent/utf8.h"
#include "protocol/codes.h"
#include "protocol/json_writer.h"

namespace gp::agent {
namespace {

constexpr auto kPreamble = std::to_array<std::string_view>(
    {"This", "is", "the", "scripted", "agent.", "It", "repeats", "what", "you", "wrote:"});
constexpr auto kThoughts = std::to_array<std::string_view>(
    {"I read the message. ", "I shall count its words. ", "Then I repeat them. "});
constexpr std::string_view kToolCall = "call_1";
constexpr std::string_view kToolName = "word_count";
constexpr double kRateMin = 0.01;
constexpr double kRateMax = 1e6;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view next_word(std::string_view& rest) {
  const auto begin = std::find_if_not(rest.begin(), rest.end(), is_space);
  const auto end = std::find_if(begin, rest.end(), is_space);
  const std::string_view word(begin, end);
  rest = std::string_view(end, rest.end());
  return word;
}

std::optional<std::uint64_t> whole_number(std::string_view text, std::uint64_t low,
                                          std::uint64_t high) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return high;
  if (error != std::errc{}) return std::nullopt;
  return std::clamp(value, low, high);
}

std::optional<double> rate_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size() || error != std::errc{}) return std::nullopt;
  if (!std::isfinite(value) || value < 0) return std::nullopt;
  return value == 0 ? 0 : std::clamp(value, kRateMin, kRateMax);
}

std::uint64_t characters_of(std::string_view text) {
  return static_cast<std::uint64_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

template <class Target, class Value>
bool set_if(Target& target, const std::optional<Value>& value) {
  if (value) target = *value;
  return value.has_value();
}

}  // namespace

Script::Script(std::string_view message) {
  read_message(message);
  if (words_.empty()) words_.emplace_back("(nothing)");
}

void Script::read_message(std::string_view message) {
  constexpr std::string_view kHang = "hang";
  std::vector<std::string_view> said;
  std::size_t hangs = 0;
  for (std::string_view rest = message;;) {
    const std::string_view word = next_word(rest);
    if (word.empty()) break;
    if (read_option(word)) continue;
    if (word == kHang) ++hangs;
    said.push_back(word);
  }
  if (hangs > 0 && hangs == said.size()) {
    options_.ending = ScriptOptions::Ending::kHangs;
    said.clear();
  }
  for (const std::string_view word : said) {
    if (words_.size() < kAnswerWordsMax) words_.emplace_back(utf8_prefix(word, kWordBytesMax));
    const std::size_t room = kToolTextBytesMax - tool_text_.size();
    if (word_count_ > 0 && room > 0) tool_text_ += ' ';
    tool_text_ += utf8_prefix(word, kToolTextBytesMax - tool_text_.size());
    character_count_ += characters_of(word) + (word_count_ > 0 ? 1 : 0);
    ++word_count_;
  }
}

bool Script::read_option(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = word.substr(0, equals);
  const std::string_view value = word.substr(equals + 1);
  if (name == "tokens") return set_if(options_.tokens, whole_number(value, 1, 100'000));
  if (name == "rate") return set_if(options_.rate, rate_number(value));
  if (name == "thinking") return set_if(options_.thinking, whole_number(value, 0, 10'000));
  if (name == "fail") return set_if(options_.fail_after, whole_number(value, 0, 100'000));
  if (name == "cut") return set_if(options_.cut_after, whole_number(value, 0, 100'000));
  if (name != "tool" && name != "hang") return false;
  const auto flag = whole_number(value, 0, 1);
  if (!flag) return false;
  if (name == "tool")
    options_.tool = *flag == 1 ? ScriptOptions::Tool::kWordCount : ScriptOptions::Tool::kNone;
  else
    options_.ending = *flag == 1 ? ScriptOptions::Ending::kHangs : ScriptOptions::Ending::kEnds;
  return true;
}

std::uint64_t Script::tool_steps() const {
  return options_.tool == ScriptOptions::Tool::kWordCount ? 2 : 0;
}

std::uint64_t Script::tokens_sent() const {
  return std::min({options_.tokens, options_.fail_after.value_or(options_.tokens),
                   options_.cut_after.value_or(options_.tokens)});
}

std::uint64_t Script::size() const {
  const bool fails = options_.fail_after.value_or(options_.tokens + 1) <= options_.tokens ||
                     options_.cut_after.value_or(options_.tokens + 1) <= options_.tokens;
  const bool has_end = fails || options_.ending == ScriptOptions::Ending::kEnds;
  return options_.thinking + tool_steps() + tokens_sent() + (has_end ? 1 : 0);
}

Script::Step Script::step(std::uint64_t index) const {
  if (index < options_.thinking)
    return AgentEvent(Thinking{"p1", std::string(kThoughts[index % kThoughts.size()])});
  index -= options_.thinking;
  if (index < tool_steps()) return tool_step(index);
  index -= tool_steps();
  if (index < tokens_sent())
    return AgentEvent(Text{options_.thinking > 0 ? "p2" : "p1", token(index)});
  return end();
}

Duration Script::due(std::uint64_t index) const {
  if (index < options_.thinking) return deltas(index + 1);
  index -= options_.thinking;
  Duration at = deltas(options_.thinking);
  if (tool_steps() > 0) {
    if (index == 0) return at;
    if (options_.rate > 0) at += kToolTime;
    if (index == 1) return at;
    index -= tool_steps();
  }
  return at + deltas(std::min(index + 1, tokens_sent()));
}

Duration Script::deltas(std::uint64_t count) const {
  if (options_.rate == 0) return Duration::zero();
  return Duration(std::llround(static_cast<double>(count) / options_.rate * 1e9));
}

std::string Script::token(std::uint64_t index) const {
  const std::string_view word = index < kPreamble.size()
                                    ? kPreamble[index]
                                    : words_[(index - kPreamble.size()) % words_.size()];
  std::string token(index == 0 ? "" : " ");
  token += word;
  return token;
}

AgentEvent Script::tool_step(std::uint64_t index) const {
  std::string json;
  protocol::JsonWriter writer(json);
  if (index == 0) {
    writer.begin_object().field("text", tool_text_).end_object();
    return ToolStarted{std::string(kToolCall), std::string(kToolName), std::move(json)};
  }
  writer.begin_object()
      .field("words", word_count_)
      .field("characters", character_count_)
      .end_object();
  return ToolFinished{std::string(kToolCall), std::string(kToolName), true, std::move(json)};
}

AgentEnd Script::end() const {
  const std::uint64_t sent = tokens_sent();
  if (options_.fail_after == sent)
    return Failed{Code::agent_failed,
                  fmt::format("the scripted agent failed after {} tokens, as told", sent), true};
  if (options_.cut_after == sent)
    return Failed{Code::agent_disconnected,
                  fmt::format("the scripted agent disconnected after {} tokens, as told", sent),
                  true};
  std::string usage;
  protocol::JsonWriter(usage)
      .begin_object()
      .field("prompt_tokens", word_count_)
      .field("completion_tokens", sent)
      .field("total_tokens", word_count_ + sent)
      .end_object();
  return Ended{"stop", std::move(usage), ""};
}

}  // namespace gp::agent
