#include "gardener/refs/failure_mode.h"

#include <algorithm>
#include <vector>

#include "gardener/python/char_class.h"
#include "gardener/refs/code_scan.h"
#include "gardener/refs/module_paths.h"

namespace gp::refs {

namespace {

using python::Block;
using python::BlockKind;
using python::ModuleFacts;
using python::Span;

bool catches(std::string_view name, MissingError error) {
  if (name == "Exception" || name == "BaseException") return true;
  switch (error) {
    case MissingError::kModuleNotFound:
      return name == "ImportError" || name == "ModuleNotFoundError";
    case MissingError::kImport: return name == "ImportError";
    case MissingError::kAttribute: return name == "AttributeError";
  }
  return false;
}

// Last components of the dotted names in code [begin, end), in order, up to a word `as`.
std::vector<std::string_view> names_in(std::string_view source, const ModuleFacts& facts,
                                       Span span) {
  std::vector<std::string_view> names;
  bool continues = false;  // behind a dot
  for (CodeCursor cursor(source, facts, span.begin, span.end); !cursor.at_end();) {
    const std::string_view word = cursor.word();
    if (word == "as") break;
    if (!word.empty()) {
      if (continues && !names.empty()) {
        names.back() = word;
      } else {
        names.push_back(word);
      }
    }
    if (word.empty() && python::char_class(cursor.byte()) != python::CharClass::kSpace)
      continues = cursor.byte() == '.';
    else if (!word.empty())
      continues = false;
    cursor.advance(std::max<std::size_t>(word.size(), 1));
  }
  return names;
}

// The exceptions an except clause names; the word `except` itself is left out.
std::vector<std::string_view> exceptions_of(std::string_view source, const ModuleFacts& facts,
                                            const Block& handler) {
  std::vector<std::string_view> names = names_in(source, facts, handler.header);
  if (!names.empty()) names.erase(names.begin());
  return names;
}

std::string_view caught_as(std::string_view source, const Block& handler) {
  const std::string_view header = source.substr(handler.header.begin, handler.header.size());
  const std::size_t as = header.rfind(" as ");
  if (as == std::string_view::npos) return {};
  std::string_view name = header.substr(as + 4);
  while (name.starts_with(' ')) name.remove_prefix(1);
  std::size_t size = 0;
  while (size < name.size() && python::is_word(name[size])) ++size;
  return name.substr(0, size);
}

enum class Outcome : std::uint8_t { kNothing, kPassesOn, kRaises, kSkips, kFails };

// The rest of the line behind `raise`, without blanks around.
std::string_view raised(std::string_view source, std::uint32_t at, std::uint32_t end) {
  while (at < end && source[at] == ' ') ++at;
  std::uint32_t stop = at;
  while (stop < end && source[stop] != '\n' && source[stop] != '\r' && source[stop] != '#' &&
         source[stop] != ';')
    ++stop;
  while (stop > at && source[stop - 1] == ' ') --stop;
  return source.substr(at, stop - at);
}

Outcome outcome_of(std::string_view source, const ModuleFacts& facts, const Block& handler) {
  const std::string_view caught = caught_as(source, handler);
  std::string_view before;
  for (CodeCursor cursor(source, facts, handler.body.begin, handler.body.end); !cursor.at_end();) {
    const std::string_view word = cursor.word();
    if (word.empty()) {
      cursor.advance();
      continue;
    }
    const std::uint32_t behind = cursor.offset() + static_cast<std::uint32_t>(word.size());
    const bool is_call = behind < source.size() && source[behind] == '(';
    if (word == "raise") {
      const std::string_view what = raised(source, behind, handler.body.end);
      if (what.empty() || what == caught) return Outcome::kPassesOn;
      const bool skips = what.find("SkipTest") != std::string_view::npos ||
                         what.find("skip.Exception") != std::string_view::npos ||
                         what.find("skip(") != std::string_view::npos;
      return skips ? Outcome::kSkips : Outcome::kRaises;
    }
    if (is_call && (word == "skip" || word == "skipTest" || word == "importorskip"))
      return Outcome::kSkips;
    if ((is_call && word == "fail") || (before == "assert" && word == "False"))
      return Outcome::kFails;
    before = word;
    cursor.advance(word.size());
  }
  return Outcome::kNothing;
}

bool with_swallows(std::string_view source, const ModuleFacts& facts, const Block& block,
                   MissingError error) {
  for (const python::Call& call : facts.calls) {
    if (!block.header.contains(call.span)) continue;
    const std::string_view callee = last_component(facts.text(call.callee));
    if (callee != "suppress" && callee != "raises" && callee != "assertRaises") continue;
    for (const std::string_view name : names_in(source, facts, call.arguments))
      if (catches(name, error)) return true;
  }
  return false;
}

}  // namespace

FailureMode failure_at(std::string_view source, const ModuleFacts& facts, std::uint32_t block,
                       MissingError error) {
  for (std::uint32_t at = block; at != 0; at = facts.blocks[at].parent) {
    const Block& around = facts.blocks[at];
    if (around.kind == BlockKind::kFunction || around.kind == BlockKind::kAsyncFunction) break;
    if (around.kind == BlockKind::kWith && with_swallows(source, facts, around, error))
      return FailureMode::kSwallowed;
    if (around.kind != BlockKind::kTry) continue;
    for (std::uint32_t i = at + 1; i < facts.blocks.size(); ++i) {
      const Block& handler = facts.blocks[i];
      if (handler.kind != BlockKind::kExcept || handler.first != at) continue;
      const std::vector<std::string_view> names = exceptions_of(source, facts, handler);
      const bool matches =
          names.empty() || std::any_of(names.begin(), names.end(),
                                       [&](std::string_view name) { return catches(name, error); });
      if (!matches) continue;
      const Outcome outcome = outcome_of(source, facts, handler);
      if (outcome == Outcome::kPassesOn) break;
      if (outcome == Outcome::kRaises) return FailureMode::kReraised;
      if (outcome == Outcome::kSkips) return FailureMode::kSkipped;
      if (outcome == Outcome::kFails) return FailureMode::kFailsTest;
      return FailureMode::kSwallowed;
    }
  }
  return FailureMode::kLoud;
}

std::string handled_by(std::string_view source, const ModuleFacts& facts, std::uint32_t try_block) {
  std::string all;
  for (std::uint32_t i = try_block + 1; i < facts.blocks.size(); ++i) {
    const Block& handler = facts.blocks[i];
    if (handler.kind != BlockKind::kExcept || handler.first != try_block) continue;
    const std::vector<std::string_view> names = exceptions_of(source, facts, handler);
    if (names.empty()) all += all.empty() ? "*" : "|*";
    for (const std::string_view name : names) {
      if (!all.empty()) all += '|';
      all += name;
    }
  }
  return all;
}

}  // namespace gp::refs
