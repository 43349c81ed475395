/// PathPattern: one line of .gitignore (gitignore(5)), and lists of them.
///
/// `*`, `?`, `[a-z]`, `**`, `\` escapes, a leading `!`, a trailing '/'. A pattern with a '/' inside
/// or in front is anchored to its folder, others match at any depth. Matching is linear in
/// pattern × path for every input (states are simulated, nothing backtracks).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gp::graph {

class PathPattern {
 public:
  /// nullopt for blank lines and comments.
  static std::optional<PathPattern> parse(std::string_view line);

  /// `path` is relative to the pattern's folder.
  bool matches(std::string_view path, bool is_folder) const;
  bool is_negated() const { return is_negated_; }

 private:
  enum class Step : std::uint8_t {
    kByte,
    kClass,      ///< one byte but '/'
    kSegment,    ///< any bytes but '/'
    kAnything,   ///< any bytes
    kFolders,    ///< the entry of `**/`: nothing, or kInFolders
    kInFolders,  ///< any bytes up to a '/'
  };
  struct State {
    Step step = Step::kByte;
    char byte = 0;
    std::uint32_t set = 0;  ///< kClass: into classes_
  };
  struct ByteSet {
    bool member[256] = {};
  };

  void compile(std::string_view text);
  std::size_t compile_class(std::string_view text, std::size_t at);
  void activate(std::vector<bool>& states, std::size_t state) const;

  std::vector<State> states_{};
  std::vector<ByteSet> classes_{};
  bool is_negated_ = false;
  bool is_anchored_ = false;
  bool folders_only_ = false;
};

/// Patterns of one file or setting; the last that matches decides.
class PatternList {
 public:
  void add(std::string_view line);
  /// Line by line.
  void add_text(std::string_view text);
  bool empty() const { return patterns_.empty(); }
  /// nullopt: no pattern matches.
  std::optional<bool> decides(std::string_view path, bool is_folder) const;
  /// True if the file, or a folder it is in, is matched.
  bool covers(std::string_view path) const;

 private:
  std::vector<PathPattern> patterns_{};
};

}  // namespace gp::graph
