#include "gardener/python/encoding.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "gardener/python/char_class.h"
#include "gardener/python/string_literal.h"

namespace gp::python {
namespace {

struct Survey {
  bool has_carriage_return = false;
  bool has_high_bytes = false;
  bool has_nul = false;
};

// In blocks and without branches, so that the compiler makes vectors of it.
Survey survey(std::string_view source) {
  Survey found;
  const auto* at = reinterpret_cast<const unsigned char*>(source.data());
  const auto* const end = at + source.size();
  while (at < end) {
    const auto* const stop = at + std::min<std::ptrdiff_t>(4096, end - at);
    unsigned char high = 0;
    unsigned char returns = 0;
    unsigned char nuls = 0;
    for (; at < stop; ++at) {
      high |= *at;
      returns |= static_cast<unsigned char>(*at == '\r');
      nuls |= static_cast<unsigned char>(*at == 0);
    }
    found.has_high_bytes |= high >= 0x80;
    found.has_carriage_return |= returns != 0;
    found.has_nul |= nuls != 0;
  }
  return found;
}

// The length of the UTF-8 sequence at `at` (RFC 3629); 0 if it is not valid.
std::size_t utf8_size(const unsigned char* at, const unsigned char* end) {
  const unsigned char first = *at;
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xc2 ? 0
                           : first < 0xe0 ? 2
                           : first < 0xf0 ? 3
                           : first < 0xf5 ? 4
                                          : 0;
  if (size == 0 || static_cast<std::size_t>(end - at) < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((at[i] & 0xc0) != 0x80) return 0;
  if ((first == 0xe0 && at[1] < 0xa0) || (first == 0xed && at[1] >= 0xa0) ||
      (first == 0xf0 && at[1] < 0x90) || (first == 0xf4 && at[1] >= 0x90))
    return 0;
  return size;
}

std::size_t first_invalid_utf8(std::string_view source) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(source.data());
  const auto* const end = begin + source.size();
  const auto* at = begin;
  while (at < end) {
    std::uint64_t word = 0;
    if (end - at >= 8) {
      std::memcpy(&word, at, 8);
      if ((word & 0x8080808080808080) == 0) {
        at += 8;
        continue;
      }
    }
    const std::size_t size = utf8_size(at, end);
    if (size == 0) return static_cast<std::size_t>(at - begin);
    at += size;
  }
  return std::string_view::npos;
}

std::string_view cookie_of_line(std::string_view line) {
  const std::size_t hash = line.find_first_not_of(" \t\f");
  if (hash == std::string_view::npos || line[hash] != '#') return {};
  for (std::size_t at = line.find("coding", hash); at != std::string_view::npos;
       at = line.find("coding", at + 1)) {
    std::size_t begin = at + 6;
    if (begin >= line.size() || (line[begin] != ':' && line[begin] != '=')) continue;
    begin = line.find_first_not_of(" \t", begin + 1);
    if (begin == std::string_view::npos) return {};
    std::size_t end = begin;
    while (end < line.size() && (is_word(line[end]) || line[end] == '-' || line[end] == '.')) ++end;
    if (end > begin) return line.substr(begin, end - begin);
  }
  return {};
}

enum class Family : std::uint8_t { kUtf8, kAsciiBytes, kOtherBytes, kUnknown };

// The names of Python's codecs, lower case, `_` and blanks as `-`; to add one: here.
Family family_of(std::string_view cookie) {
  std::string name(cookie);
  for (char& c : name) {
    if (c == '_') c = '-';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  if (name == "utf-8" || name == "utf8" || name == "u8" || name == "utf-8-sig" ||
      name.starts_with("utf-8-"))
    return Family::kUtf8;
  static constexpr std::string_view kOther[] = {"utf-16", "utf-32", "utf16", "utf32",
                                                "utf-7",  "utf7",   "hz",    "iso-2022"};
  for (const std::string_view start : kOther)
    if (name.starts_with(start)) return Family::kOtherBytes;
  static constexpr std::string_view kExact[] = {"ascii", "us-ascii", "latin1",  "l1",    "big5",
                                                "gbk",   "gb2312",   "gb18030", "johab", "uhc",
                                                "cp949", "euc-kr",   "euc-jp",  "euckr", "eucjp"};
  for (const std::string_view exact : kExact)
    if (name == exact) return Family::kAsciiBytes;
  static constexpr std::string_view kStart[] = {
      "latin-", "iso-8859", "iso8859", "cp125", "windows-125", "koi8-",     "mac-",
      "cp437",  "cp85",     "cp86",    "cp87",  "cp93",        "shift-jis", "shiftjis",
      "sjis",   "big5-",    "euc-",    "ptcp",  "tis-620",     "kz-"};
  for (const std::string_view start : kStart)
    if (name.starts_with(start)) return Family::kAsciiBytes;
  return Family::kUnknown;
}

std::uint32_t line_of(std::string_view source, std::size_t offset) {
  return 1 + count_line_breaks(source.data(), source.data() + offset, true);
}

}  // namespace

std::string_view encoding_cookie(std::string_view source) {
  if (source.starts_with("\xef\xbb\xbf")) source.remove_prefix(3);
  for (int line = 0; line < 2; ++line) {
    const std::size_t end = std::min(source.find_first_of("\r\n"), source.size());
    const std::string_view text = source.substr(0, end);
    const std::string_view cookie = cookie_of_line(text);
    if (!cookie.empty()) return cookie;
    const std::size_t first = text.find_first_not_of(" \t\f");
    if (end == source.size() || (first != std::string_view::npos && text[first] != '#')) return {};
    source.remove_prefix(end + (source.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  return {};
}

SourceBytes read_source_bytes(std::string_view source, ProblemList& problems) {
  SourceBytes bytes;
  const Survey found = survey(source);
  bytes.has_carriage_return = found.has_carriage_return;
  bytes.begin = source.starts_with("\xef\xbb\xbf") ? 3 : 0;
  if (found.has_nul)
    problems.syntax(line_of(source, source.find('\0')), "a NUL byte: Python refuses the file");
  const std::string_view cookie = encoding_cookie(source);
  const Family family = cookie.empty() ? Family::kUtf8 : family_of(cookie);
  const std::uint32_t line =
      cookie.empty() ? 1 : line_of(source, static_cast<std::size_t>(cookie.data() - source.data()));
  if (family == Family::kUnknown)
    problems.encoding(line, "an encoding cookie that names no known encoding: scanned as UTF-8");
  if (family == Family::kOtherBytes)
    problems.encoding(line,
                      "an encoding that is not a superset of ASCII: convert the file to UTF-8, its "
                      "facts are not reliable");
  if (family == Family::kAsciiBytes && bytes.begin != 0)
    problems.encoding(line, "a UTF-8 byte order mark and a cookie that names another encoding");
  if ((family == Family::kUtf8 || family == Family::kUnknown) && found.has_high_bytes) {
    const std::size_t bad = first_invalid_utf8(source);
    if (bad != std::string_view::npos)
      problems.encoding(line_of(source, bad),
                        "bytes that are not UTF-8, and no encoding cookie that says what they are");
  }
  return bytes;
}

}  // namespace gp::python
