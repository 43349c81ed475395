/// ImportLayout: how an import statement is written, so that others can be written like it.
///
/// Takes the elements of the statement (names with the comments that belong to them), and its
/// surroundings (indent, line end, `;`, trailing comment) from the bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gardener/python/facts.h"

namespace gp::plan {

/// "a.b" as a group of names is written: `from <from> import <clauses>`, or `import <clauses>` when
/// `from` is empty.
struct ImportGroup {
  std::string from{};
  struct Member {
    std::uint32_t element = 0;  ///< index among the statement's names
    std::string clause{};       ///< "a as b"
  };
  std::vector<Member> members{};
};

class ImportLayout {
 public:
  ImportLayout(std::string_view source, const python::ModuleFacts& facts, std::uint32_t statement);

  /// The statements of the groups, in the style of the original; what replaces its span.
  std::string render(const std::vector<ImportGroup>& groups) const;
  /// What to remove so that the statement is gone: with its line, or with its `;`. Empty when only
  /// `pass` can take its place (`if x: import y`).
  python::Span removal() const;

 private:
  struct Element {
    std::vector<std::string> lead{};  ///< comment lines above
    std::string trail{};              ///< comment behind, with the space before it
    bool breaks = false;              ///< on another line than what precedes it
  };

  void read_comments();
  std::string render_lines(const ImportGroup& group) const;
  std::string render_line(const ImportGroup& group) const;
  bool has_newline(std::uint32_t begin, std::uint32_t end) const;
  std::uint32_t line_begin(std::uint32_t at) const;

  std::string_view source_;
  const python::ModuleFacts& facts_;
  const python::ImportStatement& statement_;
  std::vector<Element> elements_{};
  std::vector<std::string> tail_{};  ///< comment lines before the ")"
  std::string open_comment_{};       ///< behind the "("
  std::string end_comment_{};        ///< behind the statement, with the space before it
  std::string newline_{};
  std::string indent_{};
  std::string inner_indent_{};
  std::string close_indent_{};
  bool has_parentheses_ = false;
  bool is_multi_line_ = false;
  bool close_on_own_line_ = false;
  bool has_trailing_comma_ = false;
};

}  // namespace gp::plan
