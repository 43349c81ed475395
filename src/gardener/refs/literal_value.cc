#include "gardener/refs/literal_value.h"

#include "gardener/python/char_class.h"

namespace gp::refs {

namespace {

using python::ModuleFacts;
using python::StringLiteral;

// Only blanks, line ends, continuations and comments between the two tokens.
bool is_joint(std::string_view source, std::uint32_t begin, std::uint32_t end) {
  for (std::uint32_t at = begin; at < end; ++at) {
    const char c = source[at];
    if (c == '#') {
      while (at < end && source[at] != '\n' && source[at] != '\r') ++at;
    } else if (c != ' ' && c != '\t' && c != '\f' && c != '\\' && c != '\n' && c != '\r') {
      return false;
    }
  }
  return true;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

class Decoder {
 public:
  Decoder(std::string_view source, LiteralValue& value) : source_(source), value_(value) {}

  void decode(const StringLiteral& literal) {
    const std::uint32_t end = literal.content.end;
    for (std::uint32_t at = literal.content.begin; at < end;) {
      const char c = source_[at];
      if (c == '\\' && !literal.is_raw && at + 1 < end) {
        at = escape(at, end, literal.is_bytes);
      } else if (c == '\r') {
        put('\n', at);
        at += at + 1 < end && source_[at + 1] == '\n' ? 2 : 1;
      } else {
        put(c, at++);
      }
    }
  }

 private:
  void put(char c, std::uint32_t origin) {
    value_.text += c;
    value_.origin.push_back(origin);
  }

  void put_code_point(std::uint32_t code, std::uint32_t origin) {
    if (code < 0x80) {
      put(static_cast<char>(code), origin);
    } else if (code < 0x800) {
      put(static_cast<char>(0xc0 | code >> 6), origin);
      put(static_cast<char>(0x80 | (code & 0x3f)), origin);
    } else if (code < 0x10000) {
      put(static_cast<char>(0xe0 | code >> 12), origin);
      put(static_cast<char>(0x80 | (code >> 6 & 0x3f)), origin);
      put(static_cast<char>(0x80 | (code & 0x3f)), origin);
    } else {
      put(static_cast<char>(0xf0 | (code >> 18 & 7)), origin);
      put(static_cast<char>(0x80 | (code >> 12 & 0x3f)), origin);
      put(static_cast<char>(0x80 | (code >> 6 & 0x3f)), origin);
      put(static_cast<char>(0x80 | (code & 0x3f)), origin);
    }
  }

  // Hexadecimal digits, exactly `count`; 0 is returned if there are fewer.
  std::uint32_t hex(std::uint32_t at, std::uint32_t end, std::uint32_t count,
                    std::uint32_t& code) const {
    code = 0;
    if (end - at < count) return 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      const int digit = hex_digit(source_[at + i]);
      if (digit < 0) return 0;
      code = code << 4 | static_cast<std::uint32_t>(digit);
    }
    return count;
  }

  // The escape that begins at `at`; returns the place behind it.
  std::uint32_t escape(std::uint32_t at, std::uint32_t end, bool is_bytes) {
    static constexpr std::string_view kNames = "\\'\"abfnrtv";
    static constexpr std::string_view kValues = "\\'\"\a\b\f\n\r\t\v";
    const char c = source_[at + 1];
    if (c == '\n') return at + 2;
    if (c == '\r') return at + 2 < end && source_[at + 2] == '\n' ? at + 3 : at + 2;
    const std::size_t known = kNames.find(c);
    if (known != std::string_view::npos) {
      put(kValues[known], at);
      return at + 2;
    }
    if (c >= '0' && c <= '7') {
      std::uint32_t code = 0;
      std::uint32_t stop = at + 1;
      while (stop < end && stop < at + 4 && source_[stop] >= '0' && source_[stop] <= '7')
        code = code * 8 + static_cast<std::uint32_t>(source_[stop++] - '0');
      put_code_point(code, at);
      return stop;
    }
    std::uint32_t code = 0;
    const std::uint32_t digits = c == 'x'                ? 2
                                 : c == 'u' && !is_bytes ? 4
                                 : c == 'U' && !is_bytes ? 8
                                                         : 0;
    if (digits != 0 && hex(at + 2, end, digits, code) != 0) {
      put_code_point(code, at);
      return at + 2 + digits;
    }
    if (c == 'N' && !is_bytes && at + 2 < end && source_[at + 2] == '{') {
      const std::size_t close = source_.find('}', at);
      if (close < end) {
        put('?', at);
        return static_cast<std::uint32_t>(close) + 1;
      }
    }
    put('\\', at);  // no escape: both stay
    return at + 1;
  }

  std::string_view source_;
  LiteralValue& value_;
};

}  // namespace

std::vector<LiteralGroup> literal_groups(std::string_view source, const ModuleFacts& facts) {
  std::vector<LiteralGroup> groups;
  for (std::uint32_t i = 0; i < facts.strings.size(); ++i) {
    const StringLiteral& literal = facts.strings[i];
    if (!groups.empty() && literal.is_joined) {
      const StringLiteral& before = facts.strings[i - 1];
      if (before.is_joined && before.block == literal.block && before.role == literal.role &&
          is_joint(source, before.span.end, literal.span.begin)) {
        ++groups.back().count;
        continue;
      }
    }
    groups.push_back({i, 1});
  }
  return groups;
}

LiteralValue value_of(std::string_view source, const ModuleFacts& facts, LiteralGroup group) {
  LiteralValue value;
  Decoder decoder(source, value);
  for (std::uint32_t i = 0; i < group.count; ++i) decoder.decode(facts.strings[group.first + i]);
  return value;
}

}  // namespace gp::refs
