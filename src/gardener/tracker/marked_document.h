/// MarkedDocument: a text with generated parts between `<!-- gardener:begin NAME -->` and
/// `<!-- gardener:end NAME -->`; every byte outside them is kept.
///
/// A marker stands alone on its line. Lines in fenced code blocks are prose. Generated text takes
/// the line ends of its begin marker (LF or CRLF). Damaged, nested, crossed, repeated and unclosed
/// markers are refused with their line: nothing is guessed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace gp::tracker {

std::string begin_marker(std::string_view name);
std::string end_marker(std::string_view name);

class MarkedDocument {
 public:
  /// Errors: Code::invalid_command with `path`, the line and what to do.
  static Result<MarkedDocument> parse(std::string text, std::string_view path);

  bool has(std::string_view name) const;
  std::vector<std::string> names() const;  ///< in the order of the document
  /// `content` has LF line ends and ends with one (or is empty). False: there is no such part.
  bool replace(std::string_view name, std::string_view content);
  const std::string& text() const { return text_; }

 private:
  struct Part {
    std::string name;
    std::size_t begin;  ///< of the content
    std::size_t end;
    bool is_crlf;
  };
  std::string text_{};
  std::vector<Part> parts_{};
};

}  // namespace gp::tracker
