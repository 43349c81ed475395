// TokenText: what the streams of the benchmark say, token by token, so that whoever sends and
// whoever checks agree without talking to each other.
//
// Token N is the N-th word of a cycle of kWords fixed words; behind goldenpath's scripted agent the
// words of its preamble come first (agent/script.cc). Thread: a value, constant once made.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gp::bench {

class TokenText {
 public:
  static constexpr std::size_t kWords = 64;
  enum class Preamble { kNone, kScripted };

  /// Tokens of `bytes` each (at least 4): a space, a numbered word and words as text has them.
  explicit TokenText(std::size_t bytes, Preamble preamble = Preamble::kNone) {
    if (preamble == Preamble::kScripted) {
      for (const char* word : {"This", " is", " the", " scripted", " agent.", " It", " repeats",
                               " what", " you", " wrote:"})
        preamble_.emplace_back(word);
    }
    std::uint32_t state = 12345;
    for (std::size_t i = 0; i < kWords; ++i) {
      std::string& word = words_.emplace_back(" w");
      word += static_cast<char>('0' + i / 10);
      word += static_cast<char>('0' + i % 10);
      while (word.size() < bytes) {
        state = state * 1'664'525 + 1'013'904'223;
        word += ' ';
        word += kVocabulary[(state >> 16) % kVocabulary.size()];
      }
      word.resize(bytes < 4 ? 4 : bytes);
    }
  }

  std::string_view token(std::uint64_t index) const {
    if (index < preamble_.size()) return preamble_[index];
    return words_[(index - preamble_.size()) % kWords];
  }

 private:
  static constexpr auto kVocabulary = std::to_array<const char*>(
      {"the", "of",  "answer", "stream", "agent", "and",   "a",          "message",
       "to",  "is",  "thread", "server", "in",    "that",  "connection", "cursor",
       "for", "as",  "it",     "with",   "order", "event", "on",         "browser",
       "by",  "not", "token",  "every",  "be",    "from",  "kernel",     "which"});

  std::vector<std::string> preamble_;
  std::vector<std::string> words_;
};

}  // namespace gp::bench
