/// What the text of a string looks like: rules about the value alone, without its surroundings.
#pragma once

#include <cstdint>
#include <string_view>

namespace gp::refs {

/// No letter, digit, underscore or non-ASCII byte touches [at, at + size).
bool is_exact(std::string_view text, std::size_t at, std::size_t size);
/// Some occurrence of `base` is exact.
bool has_exact(std::string_view text, std::string_view base);
/// The whole text is `module` or `module.name(.name)*`.
bool is_dotted_path(std::string_view text, std::string_view module);
/// A backslash in it that is no line continuation of a text within the text: a regular expression,
/// as a rule.
bool has_pattern_backslash(std::string_view text);
/// Somewhere in it stands `from …base… import`, `from x import … base` or `import …base…`.
bool has_import_text(std::string_view text, std::string_view base);
/// The whole text is a file path with `base` as a file (.py, .pyi) or folder.
bool is_path(std::string_view text, std::string_view base);

struct TextRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};
/// The run of word characters and dots around the occurrence, without dots at its ends; with
/// `is_path`, slashes, dashes and tildes belong to it too.
TextRange mention_around(std::string_view text, std::size_t at, std::size_t size, bool is_path);

}  // namespace gp::refs
